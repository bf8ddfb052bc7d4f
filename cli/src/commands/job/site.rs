//! A job with what its commands need.

use {
    crate::{
        commands::{
            CommandError,
            lookup::{MarketRef, Place, or_next},
        },
        context::Context,
    },
    gpu_market_sdk::{
        Address,
        gpu_market::state::{Client, Job, Member},
        instructions::Parties,
        view::JobView,
    },
    std::time::Duration,
};

/// A job with what its commands need.
pub struct Site {
    pub address: Address,
    pub view: JobView,
    pub client: Client,
    pub place: Place,
}

impl Site {
    pub async fn find(context: &Context, address: Address) -> Result<Self, CommandError> {
        let view = view(context, address).await?;
        let client = context.connection.get::<Client>(&view.job.client).await?;
        let place = context.place(MarketRef(view.job.market)).await?;
        Ok(Self { address, view, client, place })
    }

    pub fn job(&self) -> &Job {
        &self.view.job
    }

    /// Refuses a key that may not act for the client.
    pub fn require_client(&self, context: &Context) -> Result<Address, CommandError> {
        let mut holders = vec![self.client.owner];
        if self.client.delegate != Address::default() {
            holders.push(self.client.delegate);
        }
        context.require_key(format!("the client of {}", self.address), "owner or delegate", &holders)?;
        context.me()
    }

    /// Refuses a key that is not the client's owner.
    pub fn require_owner(&self, context: &Context) -> Result<Address, CommandError> {
        context.require_key(format!("the client of {}", self.address), "owner", &[self.client.owner])?;
        Ok(self.client.owner)
    }

    /// The job with the host of `member`, which the job or its node names.
    pub async fn parties(&self, context: &Context, member: &Address) -> Result<Parties, CommandError> {
        let member = context.connection.get::<Member>(member).await?;
        Ok(Parties::of(self.address, self.job(), &member))
    }
}

/// A job's view.
pub async fn view(context: &Context, address: Address) -> Result<JobView, CommandError> {
    let next = "it may be closed, or on another cluster: `gpu-market job list`, `gpu-market job logs`";
    or_next(context.connection.job(&address).await, || format!("job at {address}"), || next.to_owned())
}

/// A job's view after so many seconds. A cluster that does not answer for a while is waited for.
pub async fn next_view(context: &Context, address: Address, interval: u64) -> Result<JobView, CommandError> {
    loop {
        tokio::time::sleep(Duration::from_secs(interval)).await;
        match context.connection.job(&address).await {
            Ok(view) => return Ok(view),
            Err(error) if error.is_transient() => context.warn(&error.to_string()),
            Err(error) => return Err(error.into()),
        }
    }
}
