//! The address that signs this program's events.

use {
    super::view_wrapper,
    crate::{constants::EVENT_AUTHORITY, instructions::same},
    anchor_lang::{prelude::AccountView, AnchorAccount, ErrorCode, Result},
};

/// The account that signs the self-calls which carry events: nobody else can forge one.
pub struct EventAuthority(AccountView);

view_wrapper!(EventAuthority);

impl AnchorAccount for EventAuthority {
    type Data = AccountView;

    #[inline(always)]
    fn load(view: AccountView) -> Result<Self> {
        if same(view.address(), &EVENT_AUTHORITY) {
            Ok(Self(view))
        } else {
            Err(ErrorCode::ConstraintSeeds.into())
        }
    }

    #[inline(always)]
    fn account(&self) -> &AccountView {
        &self.0
    }
}

#[doc(hidden)]
impl anchor_lang::IdlAccountType for EventAuthority {
    const __IDL_ADDRESS: Option<&'static str> = Some(crate::constants::EVENT_AUTHORITY_TEXT);
}
