//! Posting, once whatever happens.

use {
    super::{Connection, Receipt, RpcError},
    crate::{
        Address, Instruction,
        instructions::job::{self, Post},
    },
    gpu_market::state::Job,
    solana_signer::signers::Signers,
};

/// A job that is posted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posted {
    /// Address of the job.
    pub job: Address,
    /// The transaction that posted it; none if it was posted before.
    pub receipt: Option<Receipt>,
}

impl Connection {
    /// Posts a job, or finds that it is posted already: a post of the same job with the same nonce may be repeated
    /// until it succeeds, by any number of processes, and reserves once. The payer of the post pays the fee.
    ///
    /// # Errors
    ///
    /// [`RpcError::NonceTaken`] if the nonce belongs to another job, and everything that [`Connection::send`]
    /// reports. A nonce whose job was closed is below the client's floor, and the program refuses it.
    pub async fn post<S: Signers + Sync + ?Sized>(&self, post: &Post, signers: &S) -> Result<Posted, RpcError> {
        self.post_once(post, job::post(*post), signers).await
    }

    /// Posts a job to the waiting seat of `member` in `node`; otherwise like [`Connection::post`].
    pub async fn post_to<S: Signers + Sync + ?Sized>(
        &self,
        post: &Post,
        node: u16,
        member: Address,
        signers: &S,
    ) -> Result<Posted, RpcError> {
        self.post_once(post, job::post_to(*post, node, member), signers).await
    }

    async fn post_once<S: Signers + Sync + ?Sized>(
        &self,
        post: &Post,
        instruction: Instruction,
        signers: &S,
    ) -> Result<Posted, RpcError> {
        match self.send(&post.payer, &[instruction], signers).await {
            Ok(receipt) => Ok(Posted { job: post.job(), receipt: Some(receipt) }),
            // The same post of another process, or an earlier one whose answer was lost, may have come first. It is
            // looked for only now, because a post that is new has nothing to find; one that is not cannot be executed.
            Err(error) => match self.posted(post).await {
                Ok(Some(posted)) => Ok(posted),
                Err(taken @ RpcError::NonceTaken { .. }) => Err(taken),
                _ => Err(error),
            },
        }
    }

    /// The job, if it is posted.
    async fn posted(&self, post: &Post) -> Result<Option<Posted>, RpcError> {
        let job = post.job();
        match self.find::<Job>(&job).await? {
            None => Ok(None),
            Some(found) if is_of(&found, post) => Ok(Some(Posted { job, receipt: None })),
            Some(_) => Err(RpcError::NonceTaken { nonce: post.params.nonce, job }),
        }
    }
}

/// Whether a job is what a post asks for. Its duration may have been extended since.
fn is_of(job: &Job, post: &Post) -> bool {
    let params = &post.params;
    job.market == post.market && job.spec_hash == params.spec_hash && job.duration >= params.duration
}

#[cfg(test)]
mod tests {
    use {super::*, bytemuck::Zeroable, gpu_market::state::PostParams};

    fn key(n: u8) -> Address {
        Address::new_from_array([n; 32])
    }

    fn post() -> Post {
        let params = PostParams { nonce: 4, max_rate: 1, duration: 600, spec_hash: [7; 32] };
        Post { authority: key(1), payer: key(1), market: key(2), terms: 1, shard: 0, client: key(3), params }
    }

    fn job() -> Job {
        Job { market: key(2), spec_hash: [7; 32], duration: 600, nonce: 4, ..Job::zeroed() }
    }

    #[test]
    fn a_retried_post_recognises_its_job_even_after_an_extension() {
        assert!(is_of(&job(), &post()));
        assert!(is_of(&Job { duration: 900, ..job() }, &post()));
    }

    #[test]
    fn another_job_with_the_nonce_is_not_taken_for_the_post() {
        assert!(!is_of(&Job { spec_hash: [8; 32], ..job() }, &post()));
        assert!(!is_of(&Job { market: key(9), ..job() }, &post()));
        assert!(!is_of(&Job { duration: 599, ..job() }, &post()));
    }
}
