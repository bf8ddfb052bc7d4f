//! A TCP relay in front of a server, which can be cut: a network that fails, in one process.

use {
    std::net::SocketAddr,
    tokio::{
        io::copy_bidirectional,
        net::{TcpListener, TcpStream},
        sync::watch,
    },
};

pub struct Relay {
    pub address: SocketAddr,
    up: watch::Sender<bool>,
}

impl Relay {
    /// A relay to `target`, which is up.
    pub async fn start(target: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (up, is_up) = watch::channel(true);
        tokio::spawn(async move {
            while let Ok((inbound, _)) = listener.accept().await {
                tokio::spawn(carry(inbound, target, is_up.clone()));
            }
        });
        Self { address, up }
    }

    /// Breaks every connection and takes no new one.
    pub fn cut(&self) {
        self.up.send_replace(false);
    }

    /// Takes connections again.
    pub fn restore(&self) {
        self.up.send_replace(true);
    }
}

async fn carry(mut inbound: TcpStream, target: SocketAddr, mut is_up: watch::Receiver<bool>) {
    if !*is_up.borrow() {
        return;
    }
    let Ok(mut outbound) = TcpStream::connect(target).await else { return };
    tokio::select! {
        _ = copy_bidirectional(&mut inbound, &mut outbound) => {}
        _ = is_up.wait_for(|up| !up) => {}
    }
}
