//! The world that every campaign begins with, made through the SDK on the real program.

use {
    crate::{
        action::{
            Action, AdminAction, EmissionAction, EscrowAction, HostAction, MarketAction, MemberAction, QueueAction,
            RewardAction, RoundAction, Scene, StakeAction, emission::Gift, queue::Seat, round::FIRST_SET,
        },
        cast::*,
        ids::{EmissionId, Key, MarketId, Mint, Party, Pools, Spot, Wallet},
        terms::{RATE, STAKE, TermsChoice},
    },
    gpu_market::state::{ConfigSettings, Now},
    gpu_market_sdk::{
        Address, Instruction, address,
        decode::Account,
        instructions::{Token, admin},
        svm::Svm,
    },
    solana_account::Account as RawAccount,
    solana_keypair::Keypair,
    solana_signer::Signer,
    std::{collections::BTreeMap, rc::Rc},
};

/// Base units of a payment mint that every key begins with, and of the stake mint.
const FUNDS: [u64; 2] = [4_000_000_000, 2_000 * STAKE];

/// Basis points of stakers and referrers in the fees.
const FIRST_SPLIT: (u16, u16) = (3_001, 1_009);

/// The program under test: the committed one, or the one that `GPU_MARKET_PROGRAM` names.
pub fn program() -> Vec<u8> {
    match std::env::var_os("GPU_MARKET_PROGRAM") {
        Some(path) => std::fs::read(&path).unwrap_or_else(|error| panic!("cannot read {path:?}: {error}")),
        None => include_bytes!("../../artifacts/gpu_market.so").to_vec(),
    }
}

/// A chain, written out.
pub struct Base {
    pub program: Vec<u8>,
    pub cast: Rc<Cast>,
    pub now: Now,
    pub accounts: BTreeMap<Address, RawAccount>,
}

impl Base {
    /// Founds the world.
    ///
    /// # Errors
    ///
    /// What the program refused of it, which is a defect.
    pub fn found() -> Result<Self, String> {
        let program = program();
        let mut svm = Svm::new(&program)?;
        let tokens = create_mints(&mut svm)?;
        let mut founding = Founding { svm, cast: Cast::new(tokens), watched: Vec::new() };
        founding.keys_and_wallets()?;
        founding.create_config()?;
        for action in founding_actions(founding.svm.now().unix) {
            founding.act(&action)?;
        }
        let Founding { svm, cast, watched } = founding;
        let mut accounts = svm.program_accounts();
        let others = watched.into_iter().filter_map(|key| Some((key, svm.raw(&key)?)));
        accounts.extend(others.collect::<Vec<_>>());
        Ok(Self { program, cast: Rc::new(cast), now: svm.now(), accounts })
    }

    /// Reads accounts into a new chain.
    ///
    /// # Errors
    ///
    /// What the embedded chain does not load.
    pub fn load(
        program: &[u8],
        accounts: impl IntoIterator<Item = (Address, RawAccount)>,
        now: Now,
    ) -> Result<Svm, String> {
        let mut svm = Svm::new(program)?;
        for (key, account) in accounts {
            svm.set_raw(key, account)?;
        }
        svm.set_now(now);
        Ok(svm)
    }
}

fn create_mints(svm: &mut Svm) -> Result<[Token; 4], String> {
    let mut tokens = [Token::spl(Address::default()); 4];
    for mint in Mint::ALL {
        let program = if mint == Mint::Euro { address::TOKEN_2022_PROGRAM } else { address::TOKEN_PROGRAM };
        let decimals = if mint == Mint::Stake { 9 } else { 6 };
        let created = svm.create_mint(&format!("campaign {mint:?}"), program, decimals, mint != Mint::Stake);
        tokens[mint as usize] = created.map_err(|refused| refused.to_string())?;
    }
    Ok(tokens)
}

struct Founding {
    svm: Svm,
    cast: Cast,
    /// Accounts that are not the program's.
    watched: Vec<Address>,
}

impl Founding {
    fn keys_and_wallets(&mut self) -> Result<(), String> {
        for key in (0..KEYS).map(Key) {
            let lamports = if key == PAYER { 1_000_000_000_000_000 } else { 1_000_000_000_000 };
            self.svm.airdrop(&self.cast.key(key), lamports);
            self.watched.push(self.cast.key(key));
        }
        for wallet in Cast::wallets() {
            let (token, owner) = (self.cast.token(wallet.mint), self.cast.key(wallet.key));
            let created = self.svm.create_token_account(&wallet_name(wallet), token, &owner);
            let address = created.map_err(|refused| refused.to_string())?;
            let amount = match wallet.mint {
                Mint::Stake => FUNDS[1],
                // Half of the hosts may enter the private market.
                Mint::Pass => u64::from(wallet.key.0 % 4 < 2),
                _ => FUNDS[0],
            };
            self.svm.mint_to(token, &address, amount).map_err(|refused| refused.to_string())?;
            self.watched.push(address);
        }
        self.watched.extend(Mint::ALL.map(|mint| self.cast.token(mint).mint));
        Ok(())
    }

    fn create_config(&mut self) -> Result<(), String> {
        let create = admin::create_config(admin::CreateConfig {
            payer: self.cast.key(PAYER),
            upgrade_authority: self.svm.upgrade_authority().pubkey(),
            stake: self.cast.token(Mint::Stake),
            admin: self.cast.key(ADMIN),
            settings: ConfigSettings {
                pauser: self.cast.key(PAUSER),
                treasury: self.cast.key(TREASURY),
                unbonding: 10 * 86_400,
                min_bond: STAKE,
            },
        });
        let upgrade_authority = self.svm.upgrade_authority().insecure_clone();
        let payer = self.cast.pair(PAYER).insecure_clone();
        self.svm.send(&[create], &[&payer, &upgrade_authority]).map_err(|refused| refused.to_string())?;
        Ok(())
    }

    fn act(&mut self, action: &Action) -> Result<(), String> {
        let svm = &self.svm;
        let look = |key: &Address| read(svm, key);
        let Some(instruction) = action.instruction(&Scene { cast: &self.cast, look: &look }) else { return Ok(()) };
        self.watched
            .extend(instruction.accounts.iter().map(|meta| meta.pubkey).filter(|key| is_vault(&self.cast, key)));
        let signers = signers(&self.cast, &instruction);
        let sent = self.svm.send(&[instruction], &signers);
        sent.map(|_| ()).map_err(|refused| format!("{action:?}: {refused}"))
    }
}

/// An account of the program, decoded.
pub fn read(svm: &Svm, key: &Address) -> Option<Account> {
    let raw = svm.raw(key).filter(|account| account.owner == address::PROGRAM)?;
    Account::decode(&raw.data).ok()
}

fn is_vault(cast: &Cast, key: &Address) -> bool {
    let vault = cast.name(key);
    let protocol = matches!(vault, Some(Spot::TreasuryVault(_) | Spot::PoolVault(_) | Spot::EmissionVault(_)));
    protocol || matches!(vault, Some(Spot::ClientVault(_) | Spot::StakeVault(_) | Spot::Earnings(..)))
}

/// Key pairs that an instruction needs, the payer of the fee first.
pub fn signers<'a>(cast: &'a Cast, instruction: &Instruction) -> Vec<&'a Keypair> {
    let mut signers = vec![cast.pair(PAYER)];
    for meta in instruction.accounts.iter().filter(|meta| meta.is_signer) {
        let known = signers.iter().any(|pair| pair.pubkey() == meta.pubkey);
        if let (false, Some(pair)) = (known, cast.pair_of(&meta.pubkey)) {
            signers.push(pair);
        }
    }
    signers
}

/// What makes the world: markets, shards, a set of attestors, hosts and clients with money.
fn founding_actions(now: i64) -> Vec<Action> {
    let mut actions = Vec::new();
    // Before the first market a split holds at once.
    let (stakers_bps, referral_bps) = FIRST_SPLIT;
    actions.push(Action::Admin(AdminAction::AnnounceSplit { by: ADMIN, stakers_bps, referral_bps }));
    for mint in [Mint::Dollar, Mint::Stake] {
        actions.push(Action::Admin(AdminAction::OpenTreasury { mint }));
        actions.push(Action::Reward(RewardAction::OpenPool { mint }));
    }
    let (bond, fee, panel, quorum) = FIRST_SET;
    actions.push(Action::Round(RoundAction::CreateSet { set: 1, bond, fee, panel, quorum }));
    for market in (0..FOUNDED).map(MarketId) {
        let place = &MARKETS[usize::from(market.0)];
        let genesis_end = if place.premium { now + 10 * 86_400 } else { 0 };
        let terms = TermsChoice { rate: RATE + u64::from(market.0), ..TermsChoice::first(place.premium) };
        let terms = TermsChoice { attested: place.premium || place.private, ..terms };
        let feeder = place.feeder;
        actions.push(Action::Market(MarketAction::Create { market, gpus_per_seat: 1, genesis_end, feeder, terms }));
        if place.premium {
            actions.push(Action::Market(MarketAction::List { by: ADMIN, market, listed: true }));
        }
        for index in 0..(if market.0 == 0 { 3 } else { 2 }) {
            let by = place.creator;
            actions.push(Action::Market(MarketAction::CreateShard { by, market, index }));
        }
    }
    actions.extend(clients().filter(|client| client.owner < 4).flat_map(client_actions));
    actions.extend(parties().filter(|party| party.0 < 7).flat_map(party_actions));
    for (owner, referrer) in [(1, Party(0)), (2, Party(5))] {
        let client = crate::ids::ClientId { owner, mint: Mint::Dollar };
        let by = crate::cast::owner(client);
        let set = EscrowAction::SetReferrer { by, client, referrer: Some(referrer) };
        actions.push(Action::Escrow(set));
    }
    actions.extend(gifts(now).map(|gift| Action::Emission(EmissionAction::Open(gift))));
    actions
}

/// A month of rewards for the stakers of two pools, and of incentives for the hosts of a premium market.
fn gifts(now: i64) -> impl Iterator<Item = Gift> {
    let to = [(Mint::Dollar, None), (Mint::Stake, None), (Mint::Dollar, Some(MarketId(1)))];
    (0u16..).zip(to).map(move |(id, (mint, market))| {
        let (rate, window_cap) = if market.is_some() { (RATE / 50, 1_000_003) } else { (0, 0) };
        Gift {
            emission: EmissionId { funder: ADMIN, id },
            from: Wallet { key: ADMIN, mint },
            mint,
            market,
            amount: 50_000_021,
            start: 0,
            end: now + 30 * 86_400,
            rate,
            window_cap,
        }
    })
}

fn client_actions(client: crate::ids::ClientId) -> Vec<Action> {
    let by = owner(client);
    let from = Wallet { key: by, mint: client.mint };
    vec![
        Action::Escrow(EscrowAction::Open { client }),
        Action::Escrow(EscrowAction::Deposit { by, from, client, amount: 400_000_000 }),
    ]
}

fn party_actions(party: Party) -> Vec<Action> {
    let by = party_owner(party);
    let from = Wallet { key: by, mint: Mint::Stake };
    let mut actions = vec![
        Action::Host(HostAction::Register { party, operator: Some(operator(party)) }),
        Action::Stake(StakeAction::Open { party }),
        Action::Stake(StakeAction::Stake { by, party, from, amount: 400 * STAKE, positions: Pools::default() }),
    ];
    let pools = [(Mint::Dollar, 5), (Mint::Stake, 2)].into_iter().filter(|(_, parties)| party.0 < *parties);
    actions.extend(pools.map(|(mint, _)| Action::Reward(RewardAction::OpenPosition { by, party, mint })));
    for mint in Mint::PAYMENT {
        actions.push(Action::Host(HostAction::OpenEarnings { by, party, mint }));
    }
    for market in (0..4).map(MarketId) {
        actions.extend(member_actions(party, market));
    }
    if party.0 >= 3 {
        let attestor = operator(party);
        actions.push(Action::Round(RoundAction::Add { by: CREATOR, set: 1, party, attestor }));
    }
    actions
}

/// A place in a market, with collateral for three seats.
fn member_actions(party: Party, market: MarketId) -> Vec<Action> {
    let place = &MARKETS[usize::from(market.0)];
    let by = party_owner(party);
    let enter = MemberAction::Enter { by, party, market, mint: place.mint, applies: place.premium, access: None };
    let mut actions = vec![Action::Member(enter)];
    if place.premium && party.0 < 4 {
        let admit = MemberAction::Admit { by: place.creator, market, terms: 1, host: party, gpus: 3 };
        actions.push(Action::Member(admit));
    }
    let amount = 45 * STAKE + 11;
    actions.push(Action::Stake(StakeAction::Allocate { by, party, market, amount }));
    if !place.premium || party.0 < 4 {
        let seat = Seat { by: operator(party), host: party, market, terms: 1, shard: 0, min_rate: 0, access: None };
        actions.push(Action::Queue(QueueAction::Join(seat)));
    }
    actions
}
