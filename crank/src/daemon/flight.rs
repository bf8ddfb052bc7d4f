//! One action on its way.

use {
    crate::{Action, Tip},
    gpu_market_sdk::{
        AccountMeta, Address, Instruction, address,
        events::Event,
        instructions::Token,
        rpc::{Connection, Receipt, RpcError, Signature, retry},
    },
    solana_signer::Signer,
};

/// How often the events of a confirmed transaction are asked for before its tip counts as unknown.
const READS: u32 = 20;
/// The associated token program's instruction that does nothing where the account exists.
const CREATE_IDEMPOTENT: u8 = 1;

/// An action to send.
pub(super) struct Flight {
    pub action: Action,
    /// Mint of its tip, if the caller may have no account for it yet.
    pub wallet: Option<Token>,
}

/// What became of it.
pub(super) struct Landed {
    pub action: Action,
    /// The receipt, and the tip that the program says it paid; none if the endpoint does not know it.
    pub result: Result<(Receipt, Option<Tip>), RpcError>,
}

impl Flight {
    pub async fn fly<K: Signer + Sync>(self, connection: &Connection, key: &K) -> Landed {
        let Self { action, wallet } = self;
        let result = send(&action, wallet, connection, key).await;
        Landed { action, result }
    }
}

async fn send<K: Signer + Sync>(
    action: &Action,
    wallet: Option<Token>,
    connection: &Connection,
    key: &K,
) -> Result<(Receipt, Option<Tip>), RpcError> {
    let caller = key.try_pubkey().map_err(|error| RpcError::Signing(error.to_string()))?;
    let create = wallet.map(|token| create_wallet(caller, token));
    let instructions: Vec<Instruction> = create.into_iter().chain(action.instructions.iter().cloned()).collect();
    let receipt = connection.send(&caller, &instructions, &[key]).await?;
    let earned = match action.tip {
        Some(tip) => paid(connection, &receipt.signature, &caller).await.map(|amount| Tip { amount, ..tip }),
        None => None,
    };
    Ok((receipt, earned))
}

/// What a transaction tipped its caller, by its own events.
async fn paid(connection: &Connection, signature: &Signature, caller: &Address) -> Option<u64> {
    for _ in 0..READS {
        if let Ok(Some(emitted)) = connection.emitted(signature).await {
            return Some(emitted.events.iter().map(|event| tip_of(event, caller)).fold(0, u64::saturating_add));
        }
        tokio::time::sleep(retry::POLL).await;
    }
    None
}

/// Base units that an event says its caller was tipped.
fn tip_of(event: &Event, caller: &Address) -> u64 {
    match event {
        Event::JobEnded(ended) if ended.caller == *caller => ended.tip,
        Event::AssignmentFailed(failed) if failed.caller == *caller => failed.penalty_tip,
        _ => 0,
    }
}

fn create_wallet(caller: Address, token: Token) -> Instruction {
    let wallet = address::associated_token(&caller, &token.mint, &token.program).0;
    Instruction {
        program_id: address::ASSOCIATED_TOKEN_PROGRAM,
        accounts: vec![
            AccountMeta::new(caller, true),
            AccountMeta::new(wallet, false),
            AccountMeta::new_readonly(caller, false),
            AccountMeta::new_readonly(token.mint, false),
            AccountMeta::new_readonly(address::SYSTEM_PROGRAM, false),
            AccountMeta::new_readonly(token.program, false),
        ],
        data: vec![CREATE_IDEMPOTENT],
    }
}
