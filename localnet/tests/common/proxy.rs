//! A relay of JSON-RPC calls that loses, repeats and delays them: a bad network in front of a good node. It remembers
//! when each call began and ended.

use {
    serde_json::Value,
    std::{
        net::SocketAddr,
        sync::{Arc, Mutex},
        time::Duration,
    },
    tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::{TcpListener, TcpStream},
    },
};

/// What becomes of a call.
#[derive(Clone, Debug)]
pub enum Fate {
    /// It goes through.
    Through,
    /// It never reaches the node.
    Lost,
    /// It reaches the node, and the answer is lost.
    Unanswered,
    /// It reaches the node twice.
    Twice,
    /// It reaches the node, and the value in the answer is another one: that of a node that knows less.
    Answered(Value),
}

/// A call as the node's side of the network sees it.
#[derive(Clone, Debug)]
pub struct Call {
    pub method: String,
    pub params: Value,
    /// How many calls of this method came before.
    pub earlier: usize,
}

/// Begin or end of a call, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Moment {
    Began(String),
    Ended(String),
}

pub struct Proxy {
    pub url: String,
    moments: Arc<Mutex<Vec<Moment>>>,
}

struct Relay {
    target: SocketAddr,
    /// How long an answer takes on its way back.
    delay: Duration,
    fate: Box<dyn Fn(&Call) -> Fate + Send + Sync>,
    moments: Arc<Mutex<Vec<Moment>>>,
}

impl Proxy {
    /// A relay to the node at `target`, an address `http://host:port`, with a fate for every call.
    pub async fn start(
        target: &str,
        delay: Duration,
        fate: impl Fn(&Call) -> Fate + Send + Sync + 'static,
    ) -> Self {
        let target = target.trim_start_matches("http://").parse().expect("an address");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let moments = Arc::default();
        let relay = Arc::new(Relay { target, delay, fate: Box::new(fate), moments: Arc::clone(&moments) });
        tokio::spawn(async move {
            while let Ok((inbound, _)) = listener.accept().await {
                let relay = Arc::clone(&relay);
                tokio::spawn(async move { relay.carry(inbound).await });
            }
        });
        Self { url, moments }
    }

    /// What went over the relay so far.
    pub fn moments(&self) -> Vec<Moment> {
        self.moments.lock().expect("no test panics here").clone()
    }

    /// How often a method was called.
    pub fn calls(&self, method: &str) -> usize {
        let began = Moment::Began(method.to_owned());
        self.moments().iter().filter(|moment| **moment == began).count()
    }

    /// How often somebody had to wait for the node before the first call of `method`: calls that are under way at the
    /// same time are one wait.
    pub fn round_trips_before(&self, method: &str) -> usize {
        let mut under_way = 0u32;
        let mut trips = 0;
        for moment in self.moments() {
            match moment {
                Moment::Began(begun) if begun == method => break,
                Moment::Began(_) => {
                    trips += usize::from(under_way == 0);
                    under_way += 1;
                }
                Moment::Ended(_) => under_way -= 1,
            }
        }
        trips
    }
}

impl Relay {
    /// Serves one call; the next one comes on a connection of its own.
    async fn carry(&self, mut inbound: TcpStream) -> Option<()> {
        let body = read_message(&mut inbound).await?;
        let request: Value = serde_json::from_slice(&body).ok()?;
        let method = request.get("method")?.as_str()?.to_owned();
        let params = request.get("params").cloned().unwrap_or_default();
        let fate = (self.fate)(&self.begin(&method, params));
        let answer = self.meet(&fate, &body).await;
        tokio::time::sleep(self.delay).await;
        self.moments.lock().expect("no test panics here").push(Moment::Ended(method));
        let answer = answer?;
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close";
        let response = format!("{head}\r\ncontent-length: {}\r\n\r\n", answer.len());
        inbound.write_all(response.as_bytes()).await.ok()?;
        inbound.write_all(&answer).await.ok()?;
        inbound.shutdown().await.ok()
    }

    fn begin(&self, method: &str, params: Value) -> Call {
        let mut moments = self.moments.lock().expect("no test panics here");
        let began = Moment::Began(method.to_owned());
        let earlier = moments.iter().filter(|moment| **moment == began).count();
        moments.push(began);
        Call { method: method.to_owned(), params, earlier }
    }

    /// The body of the answer; none if the caller gets none.
    async fn meet(&self, fate: &Fate, body: &[u8]) -> Option<Vec<u8>> {
        match fate {
            Fate::Lost => None,
            Fate::Through => self.ask(body).await,
            Fate::Unanswered => self.ask(body).await.and(None),
            Fate::Twice => {
                self.ask(body).await?;
                self.ask(body).await
            }
            Fate::Answered(value) => {
                let mut answer: Value = serde_json::from_slice(&self.ask(body).await?).ok()?;
                *answer.pointer_mut("/result/value")? = value.clone();
                Some(answer.to_string().into_bytes())
            }
        }
    }

    async fn ask(&self, body: &[u8]) -> Option<Vec<u8>> {
        let mut outbound = TcpStream::connect(self.target).await.ok()?;
        let head = format!("POST / HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json", self.target);
        let request = format!("{head}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
        outbound.write_all(request.as_bytes()).await.ok()?;
        outbound.write_all(body).await.ok()?;
        read_message(&mut outbound).await
    }
}

/// The body of an HTTP message that says its length.
async fn read_message(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        if let Some(body) = body_of(&bytes) {
            return Some(body);
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}

fn body_of(bytes: &[u8]) -> Option<Vec<u8>> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let (head, body) = bytes.split_at(end + 4);
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"))?;
    let length: usize = length.trim().parse().ok()?;
    body.get(..length).map(<[u8]>::to_vec)
}
