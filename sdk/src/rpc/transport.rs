//! Errors of the transport, without the secrets that addresses of endpoints hold.

use {
    super::{Connection, RpcError},
    solana_rpc_client_api::{
        client_error::{Error as ClientError, ErrorKind, reqwest},
        request::RpcError as Response,
    },
    std::error::Error,
};

impl Connection {
    /// What an error of the client below means to the caller.
    pub(super) fn transport(&self, error: ClientError) -> RpcError {
        let endpoint = self.settings.endpoint.clone();
        match *error.kind {
            ErrorKind::Reqwest(error) if error.status().is_none() && !error.is_decode() => {
                RpcError::Unreachable { endpoint, reason: chain(&error.without_url()) }
            }
            ErrorKind::Reqwest(error) => RpcError::Answer { endpoint, reason: answer(error) },
            ErrorKind::Io(error) => RpcError::Unreachable { endpoint, reason: error.to_string() },
            ErrorKind::RpcError(Response::RpcResponseError { code, message, .. }) => {
                RpcError::Answer { reason: endpoint.redact(&format!("{message} ({code})")), endpoint }
            }
            other => RpcError::Answer { reason: endpoint.redact(&other.to_string()), endpoint },
        }
    }
}

fn answer(error: reqwest::Error) -> String {
    match error.status() {
        Some(status) => format!("HTTP status {status}"),
        None => chain(&error.without_url()),
    }
}

/// An error with all its causes, since the outermost says little.
fn chain(error: &dyn Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| (*cause).source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
