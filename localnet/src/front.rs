//! The ports that everybody knows, in front of those that happened to be free.

use {
    crate::LocalnetError,
    gpu_market_sdk::rpc::Endpoint,
    std::net::{Ipv4Addr, SocketAddr},
    tokio::{
        io::copy_bidirectional,
        net::{TcpListener, TcpStream},
        task::JoinHandle,
    },
};

/// Fixed ports of a network. They are given up when it is dropped.
#[derive(Debug)]
pub struct Front {
    endpoint: Endpoint,
    tasks: [JoinHandle<()>; 2],
}

impl Front {
    /// Takes connections at `port` of 127.0.0.1 for the JSON-RPC server and at the port above it for the WebSocket, where
    /// validators have them.
    ///
    /// # Errors
    ///
    /// [`LocalnetError::Port`] if one of them is taken.
    pub async fn open(port: u16, of: &Endpoint) -> Result<Self, LocalnetError> {
        let above = port.checked_add(1).ok_or(LocalnetError::NoPortAbove(port))?;
        let tasks = [listen(port, &of.rpc).await?, listen(above, &of.websocket).await?];
        Ok(Self { endpoint: Endpoint::of_rpc(format!("http://{}:{port}", Ipv4Addr::LOCALHOST)), tasks })
    }

    /// Where the network is reached.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

async fn listen(port: u16, target: &str) -> Result<JoinHandle<()>, LocalnetError> {
    let target = address_of(target)?;
    let taken = |source| LocalnetError::Port { port, source };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(taken)?;
    Ok(tokio::spawn(async move {
        while let Ok((inbound, _)) = listener.accept().await {
            tokio::spawn(carry(inbound, target));
        }
    }))
}

/// Carries bytes both ways until one side closes. A connection that breaks is its two ends' affair.
async fn carry(mut inbound: TcpStream, target: SocketAddr) {
    if let Ok(mut outbound) = TcpStream::connect(target).await {
        let _ = copy_bidirectional(&mut inbound, &mut outbound).await;
    }
}

/// The address in `http://host:port` or `ws://host:port`.
fn address_of(url: &str) -> Result<SocketAddr, LocalnetError> {
    let address = url.split_once("://").map_or(url, |(_, rest)| rest);
    address.parse().map_err(|_| LocalnetError::Network(format!("{url} is no address of this machine")))
}

#[cfg(test)]
mod tests {
    use {
        super::*,
        tokio::io::{AsyncReadExt, AsyncWriteExt},
    };

    /// A server that answers each connection with one byte.
    async fn server(answer: u8) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut inbound, _)) = listener.accept().await {
                inbound.write_all(&[answer]).await.unwrap();
            }
        });
        address
    }

    async fn ask(port: u16) -> Option<u8> {
        TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.ok()?.read_u8().await.ok()
    }

    /// A port that is free, and so is the one above it.
    async fn free_pair() -> u16 {
        loop {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let port = listener.local_addr().unwrap().port();
            if port < u16::MAX && TcpListener::bind((Ipv4Addr::LOCALHOST, port + 1)).await.is_ok() {
                return port;
            }
        }
    }

    #[tokio::test]
    async fn the_rpc_is_at_the_port_and_the_websocket_above_it() {
        let (rpc, websocket, port) = (server(1).await, server(2).await, free_pair().await);
        let of = Endpoint::new(format!("http://{rpc}"), format!("ws://{websocket}"));
        let front = Front::open(port, &of).await.unwrap();
        assert_eq!(front.endpoint().rpc, format!("http://127.0.0.1:{port}"));
        assert_eq!((ask(port).await, ask(port + 1).await), (Some(1), Some(2)));
    }

    #[tokio::test]
    async fn a_port_that_is_taken_is_named() {
        let taken = server(1).await;
        let of = Endpoint::new(format!("http://{taken}"), format!("ws://{taken}"));
        let error = Front::open(taken.port(), &of).await.unwrap_err();
        assert!(error.to_string().starts_with(&format!("port {} is taken", taken.port())), "{error}");
        let error = Front::open(u16::MAX, &of).await.unwrap_err();
        assert!(matches!(error, LocalnetError::NoPortAbove(u16::MAX)), "{error}");
    }
}
