//! The two token programs.

use {
    super::view_wrapper,
    crate::instructions::same,
    anchor_lang::{
        prelude::{AccountView, ProgramError},
        AnchorAccount, Ids, Result,
    },
    anchor_spl::token_interface::TokenInterface,
};

/// SPL Token or Token-2022.
pub struct TokenProgram(AccountView);

view_wrapper!(TokenProgram);

#[inline(never)]
fn is_token_program(view: &AccountView) -> bool {
    TokenInterface::ids().iter().any(|id| same(view.address(), id))
}

impl AnchorAccount for TokenProgram {
    type Data = AccountView;

    #[inline(always)]
    fn load(view: AccountView) -> Result<Self> {
        if is_token_program(&view) {
            Ok(Self(view))
        } else {
            Err(ProgramError::IncorrectProgramId)
        }
    }

    #[inline(always)]
    fn account(&self) -> &AccountView {
        &self.0
    }
}

#[doc(hidden)]
impl anchor_lang::IdlAccountType for TokenProgram {}
