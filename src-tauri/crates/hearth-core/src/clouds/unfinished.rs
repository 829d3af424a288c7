//! Changes in accounts that came to no end: what is noted of each while it is made, and those that are left because Hearth
//! was killed or because taking back failed. Owns when a note goes. Must not know how a call is taken back, which only its
//! vendor does.

use super::Clouds;
use crate::api::{CloudChange, CodeSource, Empty, UnfinishedCall, UnfinishedChange, UnfinishedName};
use crate::{ApiError, App, ErrorCode, Result};
use futures_util::future::BoxFuture;
use hearth_cloud::{Account, BegunCall, Change, FunctionAddress, Journal, SignIn};
use hearth_model::{HearthEvent, RequestId};
use hearth_store::UnfinishedRecord;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Letters of an id: a person types it.
const ID_LETTERS: usize = 8;

/// A change's note while it is made.
pub(super) struct Note {
    app: App,
    now: Mutex<Now>,
}

struct Now {
    row: UnfinishedRecord,
    calls: Vec<BegunCall>,
}

/// What a note says beside what the account and the change say.
pub(super) struct About {
    pub(super) command_line: String,
    pub(super) folder: Option<String>,
}

impl About {
    pub(super) fn new(change: &CloudChange, command_line: String) -> Self {
        let folder = match change {
            CloudChange::Deploy { source: CodeSource::Path { path }, .. } => Some(path.clone()),
            _ => None,
        };
        Self { command_line, folder }
    }
}

impl Note {
    /// The note of a change that begins; none where nothing is to be taken back by somebody else.
    pub(super) fn of(app: &App, account: &Account, change: &Change, about: &About) -> Option<Arc<Self>> {
        let has_one = match change {
            // Its own is the one of what it takes back.
            Change::TakeBack { .. } => true,
            // What the brake holds is noted by it, with what the limit was.
            Change::LimitConcurrency { limit, .. } => *limit == Some(0),
            _ => false,
        };
        if has_one || account.sign_in == SignIn::Local {
            return None;
        }
        let FunctionAddress { location, name } = change.function().clone();
        let mut id = RequestId::generate().0;
        id.truncate(ID_LETTERS);
        let row = UnfinishedRecord {
            id,
            account: account.id.0.clone(),
            vendor: account.provider.clone(),
            location,
            function: name,
            kind: change.kind().to_owned(),
            title: String::new(),
            command_line: about.command_line.clone(),
            folder: about.folder.clone(),
            begun_us: app.now(),
            calls: String::new(),
            is_left: false,
        };
        Some(Arc::new(Self { app: app.clone(), now: Mutex::new(Now { row, calls: Vec::new() }) }))
    }

    /// Whether something is left that should have been taken back.
    pub(super) fn is_left(&self) -> bool {
        self.now.lock().unwrap_or_else(PoisonError::into_inner).row.is_left
    }

    /// The one who made it stopped unexpectedly.
    pub(super) async fn abandoned(&self) {
        let has_begun = !self.now.lock().unwrap_or_else(PoisonError::into_inner).calls.is_empty();
        if has_begun {
            self.keep(|now| now.row.is_left = true).await;
        }
    }

    async fn keep(&self, change: impl FnOnce(&mut Now)) {
        let row = {
            let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
            change(&mut now);
            serde_json::to_string(&now.calls).map(|calls| {
                now.row.calls = calls;
                now.row.clone()
            })
        };
        let kept = match row {
            Ok(row) => self.app.store().put_unfinished(&row).await.map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        if let Err(error) = kept {
            tracing::warn!(
                error,
                "how far a change is could not be noted: if Hearth is killed now, nobody knows what it left"
            );
        }
    }
}

impl Journal for Note {
    fn begins<'a>(&'a self, title: &'a str, call: BegunCall) -> BoxFuture<'a, ()> {
        Box::pin(self.keep(move |now| {
            title.clone_into(&mut now.row.title);
            now.calls.push(call);
        }))
    }

    fn ended(&self, stay: Vec<BegunCall>) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            if !stay.is_empty() {
                self.keep(|now| {
                    now.calls = stay;
                    now.row.is_left = true;
                })
                .await;
                return;
            }
            let id = self.now.lock().unwrap_or_else(PoisonError::into_inner).row.id.clone();
            forgotten(&self.app, &id).await;
        })
    }
}

/// A note that is not needed any more. One that cannot be removed does no harm: taking it back finds nothing.
async fn forgotten(app: &App, id: &str) {
    if let Err(error) = app.store().forget_unfinished(id).await {
        tracing::warn!(%error, id, "the note of a change that has ended stays");
    }
}

/// A change has ended well: what an earlier one like it left is over, or is what was taken back.
pub(super) async fn settled(
    app: &App,
    account: &Account,
    change: &Change,
    about: &About,
    taken: Option<&str>,
) {
    if let Some(id) = taken {
        return forgotten(app, id).await;
    }
    let left = match app.store().unfinished().await {
        Ok(left) => left,
        Err(error) => {
            tracing::warn!(%error, "it is not known which changes are unfinished");
            return;
        }
    };
    let at = change.function();
    let is_there = |row: &&UnfinishedRecord| {
        (row.account.as_str(), &row.location, &row.function) == (account.id.as_str(), &at.location, &at.name)
    };
    for row in left.iter().filter(is_there) {
        let is_same = match change.kind() {
            // Nothing is left of a function that is gone, and a deploy makes whatever a deploy had not.
            "delete" => true,
            kind @ "deploy" => row.kind == kind,
            kind => row.kind == kind && row.command_line == about.command_line,
        };
        if is_same {
            forgotten(app, &row.id).await;
        }
    }
}

/// What a change that is taken back left: where, and its calls.
pub(super) async fn find(app: &App, account: &Account, id: &str) -> Result<Change> {
    let left = app.store().unfinished().await?.into_iter().find(|row| row.id == id);
    let Some(row) = left else { return Err(no_such(id)) };
    if row.account != account.id.as_str() {
        let message = format!("the unfinished change `{id}` is not in the account `{}`", account.name);
        return Err(
            ApiError::new(ErrorCode::InvalidInput, message).with_hint(format!("It is in {}.", row.account))
        );
    }
    Ok(Change::TakeBack {
        function: FunctionAddress::new(row.location, row.function),
        calls: calls(&row.calls),
    })
}

fn calls(text: &str) -> Vec<BegunCall> {
    serde_json::from_str(text).unwrap_or_else(|error| {
        tracing::warn!(%error, "the calls of an unfinished change cannot be read");
        Vec::new()
    })
}

fn no_such(id: &str) -> ApiError {
    ApiError::new(ErrorCode::NotFound, format!("there is no unfinished change `{id}`"))
        .with_hint("`hearth unfinished` lists those that there are.")
}

pub(crate) async fn list(app: &App, _request: Empty) -> Result<Vec<UnfinishedChange>> {
    let left = app.store().unfinished().await?;
    if left.is_empty() {
        return Ok(Vec::new());
    }
    let accounts = Clouds::accounts(app).await?;
    let names: BTreeMap<&str, &str> =
        accounts.iter().map(|account| (account.id.as_str(), account.name.as_str())).collect();
    let shown = |row: UnfinishedRecord| UnfinishedChange {
        account_name: names
            .get(row.account.as_str())
            .map_or_else(|| row.account.clone(), |&name| name.to_owned()),
        calls: calls(&row.calls)
            .into_iter()
            .map(|call| UnfinishedCall {
                operation: call.operation,
                can_be_taken_back: call.record.is_some(),
            })
            .collect(),
        id: row.id,
        account: row.account,
        provider: row.vendor,
        region: row.location,
        function: row.function,
        title: row.title,
        command_line: row.command_line,
        is_deploy: row.kind == "deploy",
        folder: row.folder,
        begun_us: row.begun_us,
    };
    Ok(left.into_iter().map(shown).collect())
}

/// Forgets one: what it made stays as it is.
pub(crate) async fn forget(app: &App, request: UnfinishedName) -> Result<Empty> {
    // One that is being made is nobody's to forget.
    let is_left = app.store().unfinished().await?.iter().any(|row| row.id == request.id);
    if !is_left || !app.store().forget_unfinished(&request.id).await? {
        return Err(no_such(&request.id));
    }
    app.tell(HearthEvent::AccountsChanged);
    Ok(Empty {})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AppOptions, SystemClock};

    #[tokio::test(flavor = "multi_thread")]
    async fn a_change_goes_on_when_its_note_cannot_be_written_and_what_stays_of_one_is_listed() {
        let data = tempfile::tempdir().unwrap();
        let options = AppOptions {
            data_dir: data.path().to_owned(),
            clock: Arc::new(SystemClock),
            worker_exe: None,
            place: crate::Place::default(),
        };
        let app = App::open(options).await.unwrap();
        let account = Account {
            id: hearth_cloud::AccountId("aws:gone".to_owned()),
            sign_in: SignIn::Keys,
            ..super::super::local::account()
        };
        let function = FunctionAddress::new("eu-west-1", "kettle");
        let delete = Change::Delete { function, logs: false };
        let about = About { command_line: "hearth delete kettle".to_owned(), folder: None };
        let note = || Note::of(&app, &account, &delete, &about).unwrap();
        let call = || BegunCall { operation: "s:One".to_owned(), record: Some("{}".to_owned()) };

        let first = note();
        first.begins("Delete kettle", call()).await;
        assert!(list(&app, Empty {}).await.unwrap().is_empty(), "it is being made");
        first.ended(vec![call()]).await;
        let left = list(&app, Empty {}).await.unwrap();
        assert_eq!((left.len(), left[0].title.as_str(), left[0].is_deploy), (1, "Delete kettle", false));
        assert_eq!(left[0].account_name, "aws:gone", "an account that is not there any more");
        assert!(left[0].calls[0].can_be_taken_back && first.is_left());
        // The same again ends well.
        note().ended(Vec::new()).await;
        settled(&app, &account, &delete, &about, None).await;
        assert!(list(&app, Empty {}).await.unwrap().is_empty());

        app.close().await;
        let last = note();
        last.begins("Delete kettle", call()).await;
        last.ended(Vec::new()).await;
    }
}
