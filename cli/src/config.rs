//! The config file of the Solana tools, and the names of clusters.

use {
    serde::Deserialize,
    std::path::{Path, PathBuf},
};

/// Where the Solana tools keep their config file, in the home folder.
const CONFIG_FILE: &str = ".config/solana/cli/config.yml";
/// Where they keep the key that is used without a config file.
const KEYPAIR_FILE: &str = ".config/solana/id.json";
const MAINNET: &str = "https://api.mainnet-beta.solana.com";

/// Why the config cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{}: cannot be read: {source}; pass another file with --config, or run `solana config set`", .file.display())]
    Unreadable { file: PathBuf, source: std::io::Error },
    #[error("{}: {problem}; it has to be a config file of the Solana tools, which `solana config set` writes", .file.display())]
    Malformed { file: PathBuf, problem: String },
    #[error(
        "\"{0}\" is no cluster; allowed: mainnet-beta (m), testnet (t), devnet (d), localhost (l), or an address that \
         begins with http:// or https://"
    )]
    NoCluster(String),
    #[error("\"{0}\" is no commitment; allowed: processed, confirmed, finalized")]
    NoCommitment(String),
}

/// What the config file says. Fields that other tools use are not looked at.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Config {
    pub json_rpc_url: String,
    pub websocket_url: String,
    pub keypair_path: String,
    pub commitment: String,
}

impl Config {
    /// Reads a config file. The usual one may be missing; one that was asked for may not.
    pub fn read(asked: Option<&Path>) -> Result<Self, ConfigError> {
        let file = match asked {
            Some(file) => file.to_owned(),
            None => match std::env::home_dir() {
                Some(home) => home.join(CONFIG_FILE),
                None => return Ok(Self::default()),
            },
        };
        match std::fs::read_to_string(&file) {
            Ok(text) => Self::parse(&file, &text),
            Err(error) if asked.is_none() && error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(source) => Err(ConfigError::Unreadable { file, source }),
        }
    }

    fn parse(file: &Path, text: &str) -> Result<Self, ConfigError> {
        serde_saphyr::from_str(text).map_err(|error| {
            let problem = error.to_string().lines().next().unwrap_or_default().to_owned();
            ConfigError::Malformed { file: file.to_owned(), problem }
        })
    }

    /// The JSON-RPC address; mainnet's if the file names none.
    pub fn rpc(&self) -> String {
        if self.json_rpc_url.is_empty() { MAINNET.to_owned() } else { self.json_rpc_url.clone() }
    }

    /// The WebSocket address; none if it is to be derived.
    pub fn websocket(&self) -> Option<String> {
        Some(self.websocket_url.clone()).filter(|url| !url.is_empty())
    }

    /// Where the default key is.
    pub fn keypair(&self) -> String {
        if self.keypair_path.is_empty() { format!("~/{KEYPAIR_FILE}") } else { self.keypair_path.clone() }
    }
}

/// The JSON-RPC address of a cluster, by name, by first letter or as it is.
pub fn cluster(text: &str) -> Result<String, ConfigError> {
    Ok(match text {
        "m" | "mainnet-beta" => MAINNET,
        "t" | "testnet" => "https://api.testnet.solana.com",
        "d" | "devnet" => "https://api.devnet.solana.com",
        "l" | "localhost" => "http://localhost:8899",
        url if url.starts_with("http://") || url.starts_with("https://") => url,
        other => return Err(ConfigError::NoCluster(other.to_owned())),
    }
    .to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Config, ConfigError> {
        Config::parse(Path::new("config.yml"), text)
    }

    #[test]
    fn the_file_of_the_solana_tools_is_read() {
        let config = parse(
            "---\njson_rpc_url: http://localhost:8899\nwebsocket_url: ''\nkeypair_path: /keys/id.json\n\
             address_labels:\n  '11111111111111111111111111111111': System Program\ncommitment: finalized\n",
        )
        .unwrap();
        assert_eq!(config.rpc(), "http://localhost:8899");
        assert_eq!(config.websocket(), None);
        assert_eq!(config.keypair(), "/keys/id.json");
        assert_eq!(config.commitment, "finalized");
    }

    #[test]
    fn what_the_file_leaves_out_has_the_defaults_of_the_solana_tools() {
        let config = parse("keypair_path: /keys/id.json\n").unwrap();
        assert_eq!((config.rpc().as_str(), config.websocket()), (MAINNET, None));
        assert!(Config::default().keypair().ends_with(KEYPAIR_FILE));
    }

    #[test]
    fn a_file_of_another_kind_is_refused_by_name() {
        for text in ["json_rpc_url: [1, 2]", "{", "a: b: c"] {
            let message = parse(text).unwrap_err().to_string();
            assert!(message.starts_with("config.yml: ") && message.contains("solana config set"), "{message}");
        }
    }

    #[test]
    fn clusters_have_the_usual_names() {
        for (names, url) in [
            (["m", "mainnet-beta"], MAINNET),
            (["t", "testnet"], "https://api.testnet.solana.com"),
            (["d", "devnet"], "https://api.devnet.solana.com"),
            (["l", "localhost"], "http://localhost:8899"),
            (["http://127.0.0.1:1", "http://127.0.0.1:1"], "http://127.0.0.1:1"),
        ] {
            assert!(names.iter().all(|name| cluster(name).unwrap() == url), "{url}");
        }
        let message = cluster("mainnet").unwrap_err().to_string();
        assert!(message.contains("allowed: mainnet-beta (m), testnet (t), devnet (d), localhost (l)"), "{message}");
    }
}
