//! How parties get their accounts on the chain: hosts, stakes, earnings vaults, escrows.

use {
    super::{books::Kind, chain::Chain},
    crate::error::CliError,
    gpu_market::state::HostParams,
    gpu_market_sdk::{
        Address, address,
        instructions::{Token, client, host, stake},
    },
    sha2::{Digest, Sha256},
    solana_keypair::Keypair,
    solana_signer::Signer,
};

/// Whole tokens that a client has beyond what its jobs can cost.
const POCKET_MONEY: u64 = 10;

/// A registered host.
pub struct EnlistedHost {
    pub owner: Keypair,
    pub operator: Keypair,
    /// The host account.
    pub address: Address,
}

/// Registers a host.
pub fn host(chain: &mut Chain, name: &str) -> Result<EnlistedHost, CliError> {
    let owner = chain.key(&format!("{name} owner"));
    let operator = chain.key(&format!("{name} operator"));
    let params = HostParams {
        operator: operator.pubkey(),
        sealing_key: Sha256::digest(format!("sealing key of {name}")).into(),
        metadata_hash: Sha256::digest(name).into(),
    };
    chain.send(host::register_host(owner.pubkey(), chain.payer.pubkey(), params), &[&owner])?;
    let address = address::host(&owner.pubkey()).0;
    Ok(EnlistedHost { owner, operator, address })
}

/// A stake and the wallet that its tokens came from.
pub struct EnlistedStake {
    pub stake: Address,
    pub wallet: Address,
}

/// Opens a stake and stakes `amount` base units.
pub fn stake(
    chain: &mut Chain,
    name: &str,
    owner: &Keypair,
    token: Token,
    amount: u64,
) -> Result<EnlistedStake, CliError> {
    let key = owner.pubkey();
    chain.send(stake::open_stake(key, chain.payer.pubkey(), token), &[owner])?;
    let address = address::stake(&key).0;
    chain.books.enter(name, Kind::Stake, token.mint, address::stake_vault(&address).0);
    let source = chain.fund(name, &key, token, amount)?;
    chain.send(stake::stake(stake::StakeTokens { owner: key, source, token, amount }), &[owner])?;
    Ok(EnlistedStake { stake: address, wallet: source })
}

/// Opens the vault that jobs in a token pay a host into, and a wallet to take its contents home to.
pub fn earnings(
    chain: &mut Chain,
    name: &str,
    owner: &Keypair,
    host: &Address,
    token: Token,
) -> Result<(), CliError> {
    chain.send(host::open_earnings(owner.pubkey(), token), &[owner])?;
    chain.books.enter(name, Kind::Earnings, token.mint, address::earnings(host, &token.mint).0);
    chain.fund(name, &owner.pubkey(), token, 0)?;
    Ok(())
}

/// Opens an escrow and deposits `need` base units, with some to spare in wallet and escrow.
pub fn escrow(
    chain: &mut Chain,
    name: &str,
    owner: &Keypair,
    token: Token,
    need: u64,
) -> Result<Address, CliError> {
    let decimals = chain.books.coin_of(&token.mint).map_or(0, |coin| coin.decimals);
    let whole = 10u64.saturating_pow(u32::from(decimals));
    let spare = whole.saturating_mul(POCKET_MONEY);
    let amount = need.div_ceil(whole).saturating_mul(whole).saturating_add(spare);
    let source = chain.fund(name, &owner.pubkey(), token, amount.saturating_add(spare))?;
    let key = owner.pubkey();
    let account = address::client(&key, &token.mint).0;
    chain.send(client::open_client(key, chain.payer.pubkey(), token), &[owner])?;
    chain.books.enter(name, Kind::Escrow, token.mint, address::client_vault(&account).0);
    let deposit = client::Deposit { depositor: key, source, client: account, token, amount };
    chain.send(client::deposit(deposit), &[owner])?;
    Ok(account)
}
