//! Several posts in one transaction.

use {
    super::{Connection, Posted, RpcError, assemble},
    crate::{
        Address, Instruction,
        instructions::job::{self, Post},
    },
    solana_signer::signers::Signers,
};

impl Connection {
    /// Posts jobs, as many in each transaction as fit, and says of every one what became of it, in their order. Like
    /// [`Connection::post`] it may be repeated until all succeed, and reserves once for each.
    ///
    /// Where a transaction with several posts fails, its posts go one by one, so that a refused post keeps no other
    /// from being posted.
    pub async fn post_all<S: Signers + Sync + ?Sized>(
        &self,
        posts: &[Post],
        signers: &S,
    ) -> Vec<Result<Posted, RpcError>> {
        let mut results = Vec::with_capacity(posts.len());
        for batch in batches(posts) {
            match self.post_together(batch, signers).await {
                Some(posted) => results.extend(posted.into_iter().map(Ok)),
                None => {
                    for post in batch {
                        results.push(self.post(post, signers).await);
                    }
                }
            }
        }
        results
    }

    /// Posts jobs of one payer in one transaction; none if it fails, or if there is only one.
    async fn post_together<S: Signers + Sync + ?Sized>(&self, posts: &[Post], signers: &S) -> Option<Vec<Posted>> {
        let [first, _, ..] = posts else { return None };
        let instructions: Vec<Instruction> = posts.iter().copied().map(job::post).collect();
        let receipt = self.send(&first.payer, &instructions, signers).await.ok()?;
        Some(posts.iter().map(|post| Posted { job: post.job(), receipt: Some(receipt) }).collect())
    }
}

/// Posts in groups that have one payer and fit one transaction, in order.
fn batches(posts: &[Post]) -> Vec<&[Post]> {
    let mut batches = Vec::new();
    let mut rest = posts;
    while let Some(first) = rest.first() {
        let (batch, after) = rest.split_at(how_many(&first.payer, rest));
        batches.push(batch);
        rest = after;
    }
    batches
}

/// How many of these posts fit one transaction of this payer; at least one, so that one that is too large by itself is
/// refused by name.
fn how_many(payer: &Address, posts: &[Post]) -> usize {
    let mut instructions = Vec::new();
    let fitting = posts.iter().take_while(|post| {
        instructions.push(job::post(**post));
        post.payer == *payer && assemble::fit(payer, &instructions)
    });
    fitting.count().max(1)
}

#[cfg(test)]
mod tests {
    use {super::*, gpu_market::state::PostParams};

    fn key(n: u8) -> Address {
        Address::new_from_array([n; 32])
    }

    fn post(payer: u8, nonce: u64) -> Post {
        let params = PostParams { nonce, max_rate: 1, duration: 600, spec_hash: [7; 32] };
        Post { authority: key(1), payer: key(payer), market: key(2), terms: 1, shard: 0, client: key(3), params }
    }

    fn sizes(posts: &[Post]) -> Vec<usize> {
        batches(posts).into_iter().map(<[Post]>::len).collect()
    }

    #[test]
    fn at_least_four_posts_go_in_one_transaction_and_the_rest_in_the_next() {
        let posts: Vec<Post> = (0..20).map(|nonce| post(1, nonce)).collect();
        let sizes = sizes(&posts);
        assert!(sizes[0] >= 4, "{sizes:?}");
        assert_eq!(sizes.iter().sum::<usize>(), 20);
        let instructions: Vec<Instruction> = posts.iter().take(sizes[0] + 1).copied().map(job::post).collect();
        assert!(!assemble::fit(&key(1), &instructions), "one more would not fit");
    }

    #[test]
    fn posts_of_different_payers_are_not_put_together() {
        assert_eq!(sizes(&[post(1, 0), post(1, 1), post(4, 2), post(1, 3)]), [2, 1, 1]);
        assert_eq!(sizes(&[]), [0usize; 0]);
    }
}
