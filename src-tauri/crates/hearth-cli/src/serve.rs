//! `hearth serve`: owns the data folder and serves it until a signal. Must not know what is served.

use crate::arguments::Serve;
use crate::failure::{Ended, Failure};
use crate::output::{Output, Tone};
use crate::signals;
use hearth_core::{App, AppOptions};
use hearth_host::{Caller, Listening, lambda, ui};
use serde_json::json;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

const UI_PORT: u16 = 4730;
const LAMBDA_PORT: u16 = 4731;
/// How long requests that are going on may take at the end.
const GRACE: Duration = Duration::from_secs(1);

pub(crate) async fn serve(
    options: AppOptions,
    arguments: Serve,
    output: &mut Output,
) -> Result<Ended, Failure> {
    // From here on a signal ends Hearth in order, even while it starts.
    let ending = tokio::spawn(signals::ending());
    let owner = match Caller::own(options).await? {
        Caller::Owner(owner) => owner,
        Caller::Client(..) => return Ok(Ended::Unable),
    };
    let served = start(owner.app(), &arguments, output).await;
    let caller = Caller::Owner(owner);
    let (page, api) = match served {
        Ok(served) => served,
        Err(failure) => {
            caller.end(GRACE).await;
            return Err(failure);
        }
    };
    ending.await.ok();
    tokio::join!(page.stop(), api.stop());
    caller.end(GRACE).await;
    output.aside("Hearth has ended.", Tone::Quiet);
    Ok(Ended::Well)
}

async fn start(app: &App, arguments: &Serve, output: &mut Output) -> Result<(Listening, Listening), Failure> {
    let page = match listen_ui(app, arguments.port.unwrap_or(UI_PORT)).await {
        Err(hearth_host::Error::Listen { .. }) if arguments.port.is_none() => listen_ui(app, 0).await?,
        listening => listening?,
    };
    let api = match listen_lambda(app, arguments.lambda_port.unwrap_or(LAMBDA_PORT)).await {
        Err(hearth_host::Error::Listen { .. }) if arguments.lambda_port.is_none() => {
            listen_lambda(app, 0).await?
        }
        listening => listening?,
    };
    app.stay(Some(page.url().to_owned()), Some(api.url().to_owned()));
    if output.is_json() {
        output.document_line(&json!({ "ui": page.url(), "lambda": api.url() }))?;
    } else {
        let address = output.tone(page.url(), Tone::Strong);
        output.line(&format!("Hearth is ready: open {address} (AWS Lambda endpoint {})", api.url()))?;
        output.flush()?;
    }
    Ok((page, api))
}

async fn listen_ui(app: &App, port: u16) -> hearth_host::Result<Listening> {
    ui::serve(app.clone(), SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await
}

async fn listen_lambda(app: &App, port: u16) -> hearth_host::Result<Listening> {
    lambda::serve(app.clone(), SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await
}
