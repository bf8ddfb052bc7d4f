//! Where a cluster is reached.

use std::fmt;

/// Addresses of a cluster. Displayed without path, user and query, which often hold a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Address of the JSON-RPC server, with `http://` or `https://`.
    pub rpc: String,
    /// Address of the WebSocket server, with `ws://` or `wss://`.
    pub websocket: String,
}

impl Endpoint {
    /// An endpoint whose two addresses are not derived from each other.
    pub fn new(rpc: impl Into<String>, websocket: impl Into<String>) -> Self {
        Self { rpc: rpc.into(), websocket: websocket.into() }
    }

    /// An endpoint by its JSON-RPC address. The WebSocket is where validators have it: one port above if the address
    /// has a port, else at the same address.
    pub fn of_rpc(rpc: impl Into<String>) -> Self {
        let rpc = rpc.into();
        let websocket = websocket_of(&rpc);
        Self { rpc, websocket }
    }

    /// A text in which its addresses are shown as it is.
    pub(super) fn redact(&self, text: &str) -> String {
        text.replace(&self.rpc, &self.to_string()).replace(&self.websocket, &self.to_string())
    }
}

fn websocket_of(rpc: &str) -> String {
    let (scheme, rest) = rpc.split_once("://").unwrap_or(("http", rpc));
    let scheme = if scheme == "https" { "wss" } else { "ws" };
    let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let next_port = |(host, port): (&str, &str)| Some((host.to_owned(), port.parse::<u16>().ok()?.checked_add(1)?));
    match authority.rsplit_once(':').and_then(next_port) {
        Some((host, port)) => format!("{scheme}://{host}:{port}{path}"),
        None => format!("{scheme}://{authority}{path}"),
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, rest) = self.rpc.split_once("://").unwrap_or(("http", &self.rpc));
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let host = authority.rsplit('@').next().unwrap_or_default();
        write!(formatter, "{scheme}://{host}")
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Endpoint({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_websocket_is_one_port_above_or_at_the_same_address() {
        for (rpc, websocket) in [
            ("http://127.0.0.1:8899", "ws://127.0.0.1:8900"),
            ("https://rpc.example.com", "wss://rpc.example.com"),
            ("https://rpc.example.com/v1?key=1", "wss://rpc.example.com/v1?key=1"),
            ("https://rpc.example.com:8899/v1", "wss://rpc.example.com:8900/v1"),
            ("http://[::1]:65535", "ws://[::1]:65535"),
            ("localhost:8899", "ws://localhost:8900"),
        ] {
            assert_eq!(Endpoint::of_rpc(rpc).websocket, websocket);
        }
    }

    #[test]
    fn a_text_that_quotes_an_address_is_shown_without_its_secrets() {
        let endpoint = Endpoint::new("https://rpc.example.com/secret", "wss://rpc.example.com/secret");
        let text = "no answer from (https://rpc.example.com/secret) or (wss://rpc.example.com/secret)";
        let shown = endpoint.redact(text);
        assert_eq!(shown, "no answer from (https://rpc.example.com) or (https://rpc.example.com)");
    }

    #[test]
    fn an_endpoint_is_shown_without_its_secrets() {
        for rpc in ["https://user:secret@rpc.example.com:1/secret?key=secret#secret", "https://rpc.example.com:1"] {
            let endpoint = Endpoint::new(rpc, "wss://secret");
            assert_eq!(endpoint.to_string(), "https://rpc.example.com:1");
            assert_eq!(format!("{endpoint:?}"), "Endpoint(https://rpc.example.com:1)");
        }
    }
}
