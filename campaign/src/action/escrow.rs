//! A client's escrow.

use {
    super::signed_by,
    crate::{
        cast::{Cast, PAYER, owner, party_owner},
        ids::{ClientId, Key, Party, Wallet},
    },
    gpu_market_sdk::{Address, Instruction, instructions::client},
    serde::{Deserialize, Serialize},
};

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum EscrowAction {
    Open {
        client: ClientId,
    },
    Deposit {
        by: Key,
        from: Wallet,
        client: ClientId,
        amount: u64,
    },
    Withdraw {
        by: Key,
        client: ClientId,
        to: Wallet,
        amount: u64,
    },
    SetDelegate {
        by: Key,
        client: ClientId,
        delegate: Option<Key>,
        cap: u64,
        expires_at: i64,
    },
    /// Names the host that referred the client, or nobody.
    SetReferrer {
        by: Key,
        client: ClientId,
        referrer: Option<Party>,
    },
    Check {
        client: ClientId,
    },
    RaiseFloor {
        by: Key,
        client: ClientId,
        floor: u64,
    },
    Close {
        by: Key,
        client: ClientId,
        to: Wallet,
        rent: Key,
    },
}

impl EscrowAction {
    pub fn instruction(&self, cast: &Cast) -> Instruction {
        let owner = |client| cast.key(owner(client));
        let by_key = |instruction, by| signed_by(instruction, cast, by);
        match *self {
            Self::Open { client } => client::open_client(owner(client), cast.key(PAYER), cast.token(client.mint)),
            Self::Deposit { by, from, client, amount } => client::deposit(client::Deposit {
                depositor: cast.key(by),
                source: cast.wallet(from),
                client: cast.client(client),
                token: cast.token(client.mint),
                amount,
            }),
            Self::Withdraw { by, client, to, amount } => {
                let token = cast.token(client.mint);
                let withdraw =
                    client::Withdraw { owner: owner(client), token, destination: cast.wallet(to), amount };
                by_key(client::withdraw(withdraw), by)
            }
            Self::SetDelegate { by, client, delegate, cap, expires_at } => {
                let set = client::SetDelegate {
                    owner: owner(client),
                    mint: cast.token(client.mint).mint,
                    delegate: delegate.map_or(Address::default(), |key| cast.key(key)),
                    cap,
                    expires_at,
                };
                by_key(client::set_delegate(set), by)
            }
            Self::SetReferrer { by, client, referrer } => {
                let referrer = referrer.map(|party| cast.key(party_owner(party)));
                by_key(client::set_referrer(owner(client), cast.token(client.mint).mint, referrer), by)
            }
            Self::Check { client } => client::check_client(cast.client(client)),
            Self::RaiseFloor { by, client, floor } => {
                by_key(client::raise_nonce_floor(owner(client), cast.token(client.mint).mint, floor), by)
            }
            Self::Close { by, client, to, rent } => {
                let close = client::CloseClient {
                    owner: owner(client),
                    token: cast.token(client.mint),
                    destination: cast.wallet(to),
                    rent_payer: cast.key(rent),
                };
                by_key(client::close_client(close), by)
            }
        }
    }
}
