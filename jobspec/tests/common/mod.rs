//! A real HTTP server on loopback.

use {
    axum::{Router, http::StatusCode},
    std::{
        collections::BTreeMap,
        sync::{Arc, Mutex},
    },
    tokio::net::TcpListener,
};

/// What a server keeps, by name.
pub type Kept = Arc<Mutex<BTreeMap<String, Vec<u8>>>>;

/// Serves on a free port and returns its address.
pub async fn serve(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

/// The address of a port where nothing listens.
pub async fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

/// Serves the same answer to everything and returns its address.
pub async fn serve_only(status: u16, answer: String) -> String {
    let status = StatusCode::from_u16(status).unwrap();
    serve(Router::new().fallback(move || std::future::ready((status, answer.clone())))).await
}
