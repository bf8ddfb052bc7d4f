//! Why a command failed, and the exit code that says of which kind that is.

use {
    crate::{
        amount::{Amount, AmountError},
        config::ConfigError,
        keypair::KeyError,
    },
    gpu_market_agent::AgentError,
    gpu_market_jobspec::{
        DocumentError,
        sealing::{KeyFileError, LetterError},
        store::{ChoiceError, StoreError},
    },
    gpu_market_migrations::{FileError, PlanError},
    gpu_market_sdk::{
        Address,
        error::{DecodeError, Refusal},
        gpu_market::error::MarketError,
        rpc::RpcError,
        view::ViewError,
    },
    std::fmt::Display,
};

/// Exit codes, as the help lists them.
pub const EXIT_CODES: &str = "Exit codes:
  0  done
  1  an error that none of the others names
  2  the arguments are wrong, or a question has nobody to answer it
  3  a file or the store cannot be used: config, key, spec, markets, result
  4  the cluster: unreachable, busy, or without the program
  5  there is no such account
  6  refused by a rule of the program; nothing has changed
  7  an account holds too few lamports or tokens
  8  the key is not the one that may do this
  9  sent, and what became of it is not known: look before you repeat it
 10  you said no";

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error(transparent)]
    File(#[from] FileError),
    #[error(transparent)]
    Plan(#[from] PlanError),
    #[error(transparent)]
    Amount(#[from] AmountError),
    #[error(transparent)]
    Rpc(Box<RpcError>),
    #[error(transparent)]
    Refusal(#[from] Refusal),
    #[error(transparent)]
    Agent(Box<AgentError>),
    #[error(transparent)]
    Store(Box<StoreError>),
    #[error("{origin}: {error}")]
    Choice { origin: &'static str, error: ChoiceError },
    #[error(transparent)]
    SealingKey(#[from] KeyFileError),
    #[error(transparent)]
    Letter(Box<LetterError>),
    #[error("the result of the job is none: {0}; the host's fault, which `gpu-market job dispute` marks")]
    Result(DocumentError),
    #[error(transparent)]
    View(#[from] ViewError),
    #[error(
        "{question} There is no terminal to ask on: pass --yes to go ahead, or --dry-run to see what would happen"
    )]
    Unanswered { question: String },
    #[error("nothing was sent: you said no")]
    Declined,
    #[error("{given} is not the {role} of {account}: that is {holder}; pass its key with --keypair")]
    WrongKey { account: String, role: &'static str, holder: Address, given: Address },
    #[error(transparent)]
    TokensMissing(Box<TokensMissing>),
    #[error("there is no {what}; {next}")]
    NotThere { what: String, next: String },
    #[error("{what}: {problem}; allowed: {allowed}")]
    Input { what: String, problem: String, allowed: String },
    #[error("{rule}; {next}")]
    Rule { rule: String, next: String },
    #[error("the result could not be printed: {0}")]
    Output(#[from] std::io::Error),
}

/// A wallet holds too little.
#[derive(Debug, thiserror::Error)]
#[error(
    "{wallet} holds {held} of {mint}, {missing} too few; send that much to the token account of {owner}, or name a smaller \
     amount"
)]
pub struct TokensMissing {
    pub owner: Address,
    pub wallet: Address,
    pub mint: Address,
    pub held: Amount,
    pub missing: Amount,
}

impl From<RpcError> for CommandError {
    fn from(error: RpcError) -> Self {
        match error {
            RpcError::Missing { account, address } => {
                Self::not_there(format!("{account} at {address}"), "check the address, and the cluster with --url")
            }
            RpcError::Decode {
                address,
                source: wrong @ (DecodeError::WrongAccount { .. } | DecodeError::WrongToken { .. }),
            } => Self::input(address, wrong, "the address of one"),
            other => Self::Rpc(Box::new(other)),
        }
    }
}

impl From<AgentError> for CommandError {
    fn from(error: AgentError) -> Self {
        Self::Agent(Box::new(error))
    }
}

impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> Self {
        Self::Store(Box::new(error))
    }
}

impl From<LetterError> for CommandError {
    fn from(error: LetterError) -> Self {
        Self::Letter(Box::new(error))
    }
}

impl From<MarketError> for CommandError {
    fn from(error: MarketError) -> Self {
        Self::Refusal(error.into())
    }
}

impl CommandError {
    pub fn input(what: impl Display, problem: impl Display, allowed: impl Display) -> Self {
        Self::Input { what: what.to_string(), problem: problem.to_string(), allowed: allowed.to_string() }
    }

    pub fn not_there(what: impl Display, next: impl Display) -> Self {
        Self::NotThere { what: what.to_string(), next: next.to_string() }
    }

    pub fn rule(rule: impl Display, next: impl Display) -> Self {
        Self::Rule { rule: rule.to_string(), next: next.to_string() }
    }

    /// See [`EXIT_CODES`].
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Unanswered { .. }
            | Self::Input { .. }
            | Self::Amount(_)
            | Self::Choice { .. }
            | Self::Config(ConfigError::NoCluster(_) | ConfigError::NoCommitment(_)) => 2,
            Self::Config(_)
            | Self::Key(_)
            | Self::File(_)
            | Self::Store(_)
            | Self::SealingKey(_)
            | Self::Letter(_) => 3,
            Self::Agent(error) => agent_code(error),
            Self::Rpc(error) => rpc_code(error),
            Self::NotThere { .. } => 5,
            Self::Refusal(_) | Self::Rule { .. } => 6,
            Self::TokensMissing(_) => 7,
            Self::WrongKey { .. } => 8,
            Self::Declined => 10,
            Self::Plan(_) | Self::View(_) | Self::Output(_) | Self::Result(_) => 1,
        }
    }
}

fn agent_code(error: &AgentError) -> u8 {
    match error {
        AgentError::NotOperator { .. } => 8,
        AgentError::NoHost(_) | AgentError::NotMember(_) | AgentError::Missing { .. } => 5,
        AgentError::Chain(_) => 4,
        AgentError::StateInUse(_)
        | AgentError::WrongState { .. }
        | AgentError::State { .. }
        | AgentError::Store(_)
        | AgentError::Letter(_) => 3,
        AgentError::Decode { .. } | AgentError::Document(_) => 1,
    }
}

fn rpc_code(error: &RpcError) -> u8 {
    match error {
        RpcError::Unreachable { .. }
        | RpcError::Answer { .. }
        | RpcError::WrongCluster { .. }
        | RpcError::Expired { .. }
        | RpcError::Stream { .. } => 4,
        RpcError::Missing { .. } => 5,
        RpcError::Refused(_) | RpcError::NonceTaken { .. } => 6,
        RpcError::Unfunded { .. } => 7,
        RpcError::SignerMissing(_) => 8,
        RpcError::Unconfirmed { .. } => 9,
        RpcError::Failed { .. }
        | RpcError::Decode { .. }
        | RpcError::View(_)
        | RpcError::Signing(_)
        | RpcError::TooLarge { .. } => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_exit_code_is_listed_in_the_help() {
        let key = Address::default();
        let wrong_key = CommandError::WrongKey { account: "a".into(), role: "owner", holder: key, given: key };
        for error in [
            CommandError::Declined,
            wrong_key,
            CommandError::input("a", "b", "c"),
            CommandError::not_there("a", "b"),
            CommandError::rule("a", "b"),
            CommandError::Config(ConfigError::NoCluster("x".into())),
            RpcError::SignerMissing(key).into(),
            RpcError::Expired { attempts: 1 }.into(),
        ] {
            let code = format!("\n {:>2}  ", error.exit_code());
            assert!(EXIT_CODES.contains(&code), "{error}");
        }
    }
}
