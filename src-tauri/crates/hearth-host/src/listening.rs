//! A loopback TCP server and how it ends. Owns the rule that nothing but 127.0.0.1 is listened on; must not know what
//! is served.

use crate::{Error, Result};
use axum::Router;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How long answers that are on their way may take when a server ends.
const GRACE: Duration = Duration::from_secs(2);

/// A server that runs.
#[derive(Debug)]
pub struct Listening {
    address: SocketAddr,
    url: String,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Listening {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address to open; for the browser host it carries the token.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Ends it: no new request, and two seconds for those that are going on.
    pub async fn stop(self) {
        self.stop.cancel();
        let mut task = self.task;
        if tokio::time::timeout(GRACE, &mut task).await.is_err() {
            task.abort();
        }
    }

    pub(crate) fn start(
        listener: TcpListener,
        address: SocketAddr,
        url: String,
        router: Router,
        stop: CancellationToken,
    ) -> Self {
        let ending = stop.clone();
        let task = tokio::spawn(async move {
            // Who asks is told to what serves: the Lambda API looks whether it is a function.
            let router = router.into_make_service_with_connect_info::<SocketAddr>();
            let served = axum::serve(listener, router).with_graceful_shutdown(ending.cancelled_owned()).await;
            if let Err(error) = served {
                tracing::error!(%error, %address, "a loopback server ended");
            }
        });
        Self { address, url, stop, task }
    }
}

/// Listens on 127.0.0.1 only; port 0 takes any free one.
pub(crate) async fn bind(address: SocketAddr) -> Result<(TcpListener, SocketAddr)> {
    if address.ip() != Ipv4Addr::LOCALHOST {
        return Err(Error::NotLoopback(address));
    }
    let listener = TcpListener::bind(address).await.map_err(|source| Error::Listen { address, source })?;
    let address = listener.local_addr().map_err(|source| Error::Listen { address, source })?;
    Ok((listener, address))
}
