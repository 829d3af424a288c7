//! One way to run commands, whoever owns the data folder: this process, or another over its socket. Must not know what
//! commands do.

use crate::rpc;
use crate::socket::{self, Client, Socket};
use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream, StreamExt as _};
use hearth_core::batch::Batches;
use hearth_core::commands::Body;
use hearth_core::{ApiError, App, AppOptions, ErrorCode, Result, read_owner};
use hearth_model::EventBatch;
use serde_json::Value;
use std::time::Duration;

/// How long an owner that is starting or ending is waited for.
const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(20);

/// Batches of events; it ends when the owner does.
pub type Events = BoxStream<'static, EventBatch>;

/// Who runs the commands.
pub enum Caller {
    /// This process, which others may use meanwhile through its socket.
    Owner(Box<Owner>),
    /// Another process, and how to take its place when it has ended.
    Client(Client, AppOptions),
}

/// This process as the owner.
pub struct Owner {
    app: App,
    socket: Socket,
}

impl std::fmt::Debug for Caller {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Owner(_) => "Owner",
            Self::Client(..) => "Client",
        })
    }
}

impl Owner {
    /// The App.
    pub fn app(&self) -> &App {
        &self.app
    }
}

impl Caller {
    /// Becomes the owner of the data folder, or the client of its owner.
    pub fn open(options: AppOptions) -> BoxFuture<'static, Result<Self>> {
        Box::pin(async move {
            let giving_up = tokio::time::Instant::now() + PATIENCE;
            loop {
                // Asking first spares a client the work of opening what another one owns.
                if let Some(client) = Client::connect(&options.data_dir).await? {
                    return Ok(Self::Client(client, options));
                }
                match Self::own(options.clone()).await {
                    // The owner is just starting, and has no socket yet, or just ending, and has none any more.
                    Err(error)
                        if error.code == ErrorCode::Owned && tokio::time::Instant::now() < giving_up =>
                    {
                        tokio::time::sleep(PAUSE).await;
                    }
                    opened => return opened,
                }
            }
        })
    }

    /// Like [`Caller::open`], for work that goes on between its commands: a passing owner would end it when its own
    /// command is done, so that one is waited for first, if it is not too long.
    pub fn open_for_long(options: AppOptions) -> BoxFuture<'static, Result<Self>> {
        Box::pin(async move {
            let giving_up = tokio::time::Instant::now() + PATIENCE;
            let passes = || read_owner(&options.data_dir).is_some_and(|owner| !owner.stays);
            while passes() && tokio::time::Instant::now() < giving_up {
                tokio::time::sleep(PAUSE).await;
            }
            match Self::own(options.clone()).await {
                Err(error) if error.code == ErrorCode::Owned => Self::open(options).await,
                opened => opened,
            }
        })
    }

    /// Becomes the owner, or says who is.
    pub fn own(options: AppOptions) -> BoxFuture<'static, Result<Self>> {
        Box::pin(async move {
            let data_dir = options.data_dir.clone();
            let app = App::open(options).await?;
            match socket::serve(app.clone(), &data_dir).await {
                Ok(socket) => Ok(Self::Owner(Box::new(Owner { app, socket }))),
                Err(error) => {
                    app.close().await;
                    Err(error.into())
                }
            }
        })
    }

    /// Runs a command.
    pub async fn call(&self, command: &str, payload: Value) -> Result<Body> {
        match self {
            Self::Owner(owner) => rpc::run(&owner.app, command, payload).await,
            Self::Client(client, options) => {
                if let Some(answered) = client.call(command, &payload).await {
                    return answered;
                }
                // It ended since the last call, as a command does: nothing was sent, and somebody else can do it.
                let next = Self::open(options.clone()).await?;
                let answered = Box::pin(next.call(command, payload)).await;
                Box::pin(next.close()).await;
                answered
            }
        }
    }

    /// Runs a command that answers with JSON, and reads the answer.
    pub async fn ask<T: serde::de::DeserializeOwned>(
        &self,
        command: &str,
        request: impl serde::Serialize,
    ) -> Result<T> {
        let unreadable = |error: serde_json::Error| {
            ApiError::new(ErrorCode::Internal, format!("the answer of `{command}` is not understood"))
                .with_hint("Another version of Hearth may own the data folder.")
                .with_detail(error.to_string())
        };
        let payload = serde_json::to_value(request).map_err(unreadable)?;
        match self.call(command, payload).await? {
            Body::Json(text) => serde_json::from_str(&text).map_err(unreadable),
            Body::Bytes(_) => Err(ApiError::new(
                ErrorCode::Internal,
                format!("`{command}` answered with bytes, not with JSON"),
            )),
        }
    }

    /// Everything that happens from now on.
    pub async fn events(&self) -> Result<Events> {
        match self {
            Self::Owner(owner) => {
                let batches = Batches::new(owner.app.subscribe());
                let stream = stream::unfold(batches, |mut batches| async move {
                    batches.next().await.map(|batch| (batch, batches))
                });
                Ok(stream.boxed())
            }
            Self::Client(client, _) => Ok(client.events().await?.boxed()),
        }
    }

    /// Ends it. An owner first answers the clients that came meanwhile, and writes everything down.
    pub async fn close(self) {
        match self {
            Self::Owner(owner) => {
                let Owner { app, socket } = *owner;
                socket.close().await;
                app.close().await;
            }
            Self::Client(..) => {}
        }
    }

    /// Ends it soon: what clients wait for is given up after `grace`.
    pub async fn end(self, grace: Duration) {
        match self {
            Self::Owner(owner) => {
                let Owner { app, socket } = *owner;
                socket.end(grace).await;
                app.close().await;
            }
            Self::Client(..) => {}
        }
    }
}
