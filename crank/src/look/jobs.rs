//! Deadlines of jobs, what they owe, and their end.

use {
    super::{Outlook, Step, View, enforceable},
    crate::{Kind, Tip},
    gpu_market_sdk::{
        Address, address,
        gpu_market::{
            constants::{HOST_GRACE, JOB_RETENTION},
            settlement::{Penalty, share},
            state::{Client, Job, JobState, Member, Node, NodeKind},
        },
        instructions::{Parties, Slash, Token, expire, job},
        quote,
    },
};

impl<'a> View<'a> {
    pub(super) fn job(&self, address: &Address) -> Option<Outlook> {
        let job = self.index.job(address)?;
        match job.state().ok()? {
            JobState::Open => self.open_job(*address, job),
            JobState::Running => self.running_job(*address, job),
            _ => self.ended_job(*address, job),
        }
    }

    /// A client, of which owner and mint are looked at.
    fn client_of(&self, job: &Job) -> Option<&'a Client> {
        self.fixed(&job.client, |index, address| index.client(address))
    }

    fn open_job(&self, address: Address, job: &Job) -> Option<Outlook> {
        // Without its shard, or read at another time than it: both are looked at again when either changes.
        let (_, shard) = self.index.shard_of(&job.market, job.shard)?;
        let node = shard.nodes.get(usize::from(job.node)).filter(|node| node.job == address)?;
        if node.is(NodeKind::Assigned) {
            return self.assigned_job(address, job, node);
        }
        let due = enforceable(job.queue_deadline().ok()?);
        if self.now.unix < due {
            return Some(Outlook::at(due));
        }
        let token = self.token(self.client_of(job)?.mint)?;
        let why = format!("job {address} waited in line longer than {} s", job.queue_ttl);
        let step = self.step(Kind::ExpireQueued, why, || {
            vec![expire::expire_queued(expire::ExpireQueued {
                caller: self.caller.key,
                caller_tokens: self.caller.wallet(&token),
                job: address,
                client: job.client,
                market: job.market,
                shard: job.shard,
                token,
            })]
        });
        Some(tipped(step, token, job.tip))
    }

    fn assigned_job(&self, address: Address, job: &Job, node: &Node) -> Option<Outlook> {
        let member = self.member(&node.member)?;
        let market = self.market(&job.market)?;
        let missed_at = enforceable(node.since.saturating_add(i64::from(job.ack_window)));
        let excused = member.is_excused(market, self.now.unix).ok()?;
        if !excused && self.now.unix < missed_at {
            let mut outlook = Outlook::at(missed_at);
            let changes = [member.attested_until, market.announced_effective_at];
            changes.into_iter().filter(|at| *at > self.now.unix).for_each(|at| outlook.times.at(at));
            return Some(outlook);
        }
        // Stands still as long as the chain does: then nobody is punished, and nobody tipped.
        let live_from =
            node.slot.saturating_add(u64::from(job.ack_window)).saturating_add(HOST_GRACE.unsigned_abs());
        let punished = !excused && self.now.slot >= live_from;
        let penalty =
            if punished { Penalty::missed_ack(node.bond, job.missed_ack_bps).ok()? } else { Penalty::NONE };
        let mut outlook = self.take_away(address, job, member, penalty)?;
        if let Some(step) = outlook.steps.first_mut() {
            step.why = if excused {
                format!("the host of job {address} is no longer fit to start it")
            } else {
                format!("the host of job {address} did not start it within {} s", job.ack_window)
            };
        }
        if !excused && !punished {
            outlook.times.at_slot(live_from);
        }
        Some(outlook)
    }

    fn take_away(&self, address: Address, job: &Job, member: &Member, penalty: Penalty) -> Option<Outlook> {
        let config = self.fixed(&address::config().0, |index, address| index.config(address))?;
        let stake_token = self.token(config.stake_mint)?;
        let slash = if penalty.total().ok()? > 0 { Some(self.slash(job, member)?) } else { None };
        let parties = Parties::of(address, job, member);
        let step = self.step(Kind::ExpireAssigned, String::new(), || {
            let opening = slash.and_then(|slash| self.opening_credit(slash.stake, slash.client_owner));
            let expire = expire::expire_assigned(expire::ExpireAssigned {
                caller: self.caller.key,
                caller_tokens: Some(self.caller.wallet(&stake_token)),
                parties,
                shard: job.shard,
                slash,
                stake_token,
            });
            opening.into_iter().chain([expire]).collect()
        });
        if !self.may_open_credit(slash) {
            return Some(Outlook::nothing());
        }
        Some(tipped(step, stake_token, penalty.tip))
    }

    fn slash(&self, job: &Job, member: &Member) -> Option<Slash> {
        let host = self.fixed(&member.host, |index, address| index.host(address))?;
        Some(Slash::of(&host.owner, self.client_of(job)?.owner))
    }

    /// Whether the credit that a penalty needs is there or may be opened. If not, it may be opened by somebody else.
    fn may_open_credit(&self, slash: Option<Slash>) -> bool {
        let Some(slash) = slash.filter(|_| !self.policy.open_credits) else { return true };
        let credit = address::credit(&slash.stake, &slash.client_owner).0;
        self.fixed(&credit, |index, address| index.credit(address)).is_some()
    }

    fn running_job(&self, address: Address, job: &Job) -> Option<Outlook> {
        let (deadline, state) = job.running_deadline().ok()?;
        let due = enforceable(deadline);
        if self.now.unix < due {
            let mut outlook = self.collectable(address, job).unwrap_or_default();
            outlook.times.at(due);
            return Some(outlook);
        }
        let member = self.fixed(&job.member, |index, address| index.member(address))?;
        let token = self.token(self.client_of(job)?.mint)?;
        let costs = state == JobState::HostLost && share(job.bond, job.sla_bps).ok()? > 0;
        let slash = if costs { Some(self.slash(job, member)?) } else { None };
        let why = if state == JobState::HostLost {
            format!("job {address} had no evidence for three intervals of {} s", job.heartbeat_interval)
        } else {
            format!("the {} s of job {address} are over", job.duration)
        };
        let step = self.step(Kind::ExpireRunning, why, || {
            let opening = slash.and_then(|slash| self.opening_credit(slash.stake, slash.client_owner));
            let expire = expire::expire_running(expire::ExpireRunning {
                caller: self.caller.key,
                caller_tokens: self.caller.wallet(&token),
                parties: Parties::of(address, job, member),
                token,
                slash,
            });
            opening.into_iter().chain([expire]).collect()
        });
        if !self.may_open_credit(slash) {
            return Some(Outlook::nothing());
        }
        Some(tipped(step, token, job.tip))
    }

    fn collectable(&self, address: Address, job: &Job) -> Option<Outlook> {
        let above = self.policy.collect_above?;
        let pay = quote::collectable(job).ok()?.pay;
        if pay == 0 || pay < above {
            return None;
        }
        self.collect(address, job, format!("job {address} has earned its host {pay} base units"))
    }

    fn collect(&self, address: Address, job: &Job, why: String) -> Option<Outlook> {
        let member = self.fixed(&job.member, |index, address| index.member(address))?;
        let token = self.token(self.client_of(job)?.mint)?;
        let parties = Parties::of(address, job, member);
        let step = self.step(Kind::Collect, why, || vec![job::collect(parties, token)]);
        Some(Outlook { steps: vec![step], ..Outlook::default() })
    }

    fn ended_job(&self, address: Address, job: &Job) -> Option<Outlook> {
        let closable = job.ended_at.saturating_add(JOB_RETENTION).saturating_add(1);
        // Of a host that has closed its member, what was due is the client's.
        let closed_member = if job.due == 0 {
            None
        } else if self.member(&job.member).is_some() {
            return self.collect(address, job, format!("job {address} owes its host {} base units", job.due));
        } else {
            Some(job.member)
        };
        let waiting = if self.now.unix < closable { Outlook::at(closable) } else { Outlook::nothing() };
        // What it pays is lost with the job, so it comes before the close.
        if let Some(step) = self.incentive(&address, job) {
            return Some(Outlook { steps: vec![step], ..waiting });
        }
        if self.now.unix < closable {
            return Some(waiting);
        }
        let step = self.step(Kind::CloseJob, format!("job {address} was kept for its seven days"), || {
            vec![job::close_job(job::CloseJob {
                caller: self.caller.key,
                client: job.client,
                job: address,
                rent_payer: job.rent_payer,
                closed_member,
            })]
        });
        Some(Outlook { steps: vec![step], ..Outlook::default() })
    }
}

fn tipped(step: Step, token: Token, amount: u64) -> Outlook {
    let tip = (amount > 0).then_some(Tip { mint: token.mint, amount });
    Outlook { steps: vec![Step { tip, ..step }], ..Outlook::default() }
}
