//! Which function of the ledger a person means: by its name on this computer, by its id in an account. Must not read the
//! ledger itself.

use crate::arguments::Where;
use crate::failure::Failure;
use hearth_core::api::{AccountInfo, AccountsList, Empty};
use hearth_core::{ApiError, ErrorCode};
use hearth_host::Caller;
use hearth_model::FunctionId;

/// What the ledger is asked for; none for all functions.
pub(super) async fn function(
    caller: &Caller,
    place: &Where,
    name: Option<&str>,
) -> Result<Option<String>, Failure> {
    let Some(wanted) = &place.account else { return Ok(name.map(str::to_owned)) };
    let Some(name) = name else {
        return Err(ApiError::new(ErrorCode::InvalidInput, "--account needs the name of a function")
            .with_hint("Without --account, those of all accounts are told.")
            .into());
    };
    let list: AccountsList = caller.ask("accounts_list", Empty {}).await?;
    let by_id = |info: &&AccountInfo| info.account.id.as_str() == wanted;
    let by_name = |info: &&AccountInfo| info.account.name == *wanted;
    let found = list.accounts.iter().find(by_id).or_else(|| list.accounts.iter().find(by_name));
    let Some(AccountInfo { account, .. }) = found else {
        return Err(ApiError::new(ErrorCode::NotFound, format!("there is no account `{wanted}`"))
            .with_hint("`hearth accounts` lists those that were found.")
            .into());
    };
    let Some(region) = place.region.as_ref().or(account.location.as_ref()) else {
        return Err(ApiError::new(ErrorCode::InvalidInput, format!("`{wanted}` has no region of its own"))
            .with_hint("Name the function's region: --region REGION.")
            .into());
    };
    Ok(Some(FunctionId::in_account(account.id.as_str(), region, name).0))
}
