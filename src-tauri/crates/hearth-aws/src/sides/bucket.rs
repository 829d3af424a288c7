//! The two requests to S3, signed here: its crate of the SDK is larger than all the others together. Keys stay in the
//! SDK's types and go into nothing but the signature.

use super::notifications::Notifications;
use crate::AwsAccount;
use crate::fault::Asked;
use crate::http::{broken, client};
use aws_sdk_lambda::config::ProvideCredentials as _;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings,
    UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4::SigningParams;
use hearth_cloud::{Fault, FaultKind, Result};
use reqwest::Method;
use std::time::{Duration, SystemTime};

/// Longest that a request may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// The notifications of a bucket.
pub(super) async fn notifications(
    account: &AwsAccount,
    location: &str,
    bucket: &str,
) -> Result<Notifications> {
    let asked = Asked { operation: "s3:GetBucketNotificationConfiguration", location };
    let text = send(account, &asked, Method::GET, bucket, String::new()).await?;
    Notifications::parse(&text).map_err(|why| {
        asked.fault(FaultKind::Other, format!("the notifications of `{bucket}` cannot be read: {why}"))
    })
}

/// Replaces the notifications of a bucket by the whole of `text`.
pub(super) async fn put_notifications(
    account: &AwsAccount,
    location: &str,
    bucket: &str,
    text: &str,
) -> Result<()> {
    let asked = Asked { operation: "s3:PutBucketNotificationConfiguration", location };
    send(account, &asked, Method::PUT, bucket, text.to_owned()).await.map(|_| ())
}

/// Whether this is the name of a bucket, which becomes a part of an address.
pub(super) fn is_bucket(name: &str) -> bool {
    let letters =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || ".-".contains(letter);
    (3..=63).contains(&name.len()) && name.chars().all(letters)
}

async fn send(
    account: &AwsAccount,
    asked: &Asked<'_>,
    method: Method,
    bucket: &str,
    body: String,
) -> Result<String> {
    if !is_bucket(bucket) {
        return Err(asked.fault(FaultKind::Invalid, format!("`{bucket}` is no name of a bucket")));
    }
    let wrong = |why: String| asked.fault(FaultKind::Other, why);
    let config = account.at(asked.location)?;
    let base = match config.endpoint_url() {
        Some(url) => url.trim_end_matches('/').to_owned(),
        None if asked.location.starts_with("cn-") => {
            format!("https://s3.{}.amazonaws.com.cn", asked.location)
        }
        None => format!("https://s3.{}.amazonaws.com", asked.location),
    };
    let url = format!("{base}/{bucket}?notification=");
    let keys = config
        .credentials_provider()
        .ok_or_else(|| asked.fault(FaultKind::NotSignedIn, "the account has no keys"))?;
    let identity = keys.provide_credentials().await.map_err(|error| asked.before(&error))?.into();
    let mut settings = SigningSettings::default();
    settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    settings.percent_encoding_mode = PercentEncodingMode::Single;
    settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    let now = u64::try_from(account.clock.now().0).unwrap_or_default();
    let params = SigningParams::builder()
        .identity(&identity)
        .region(asked.location)
        .name("s3")
        .time(SystemTime::UNIX_EPOCH + Duration::from_micros(now))
        .settings(settings)
        .build()
        .map_err(|error| wrong(error.to_string()))?
        .into();
    let to_sign = SignableRequest::new(
        method.as_str(),
        url.as_str(),
        std::iter::empty(),
        SignableBody::Bytes(body.as_bytes()),
    );
    let (signed, _) = to_sign
        .and_then(|request| sign(request, &params))
        .map_err(|error| wrong(error.to_string()))?
        .into_parts();
    let mut request = client(asked, PATIENCE)?.request(method, &url);
    for (name, value) in signed.headers() {
        request = request.header(name, value);
    }
    let broken = |error| broken(asked, error);
    account.own.sent(asked.location, "S3", asked.operation.trim_start_matches("s3:"));
    let answer = request.body(body).send().await.map_err(broken)?;
    let status = answer.status();
    let header =
        |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let (elsewhere, request_id) = (header("x-amz-bucket-region"), header("x-amz-request-id"));
    let text = answer.text().await.map_err(broken)?;
    if status.is_success() {
        return Ok(text);
    }
    if let Some(region) = elsewhere.filter(|region| region != asked.location) {
        let words =
            format!("the bucket `{bucket}` is in {region}; it calls only functions of its own region");
        return Err(asked.fault(FaultKind::Invalid, words));
    }
    let part = |name: &str| {
        let rest = text.split_once(&format!("<{name}>")).map_or("", |(_, rest)| rest);
        rest.split('<').next().unwrap_or_default().to_owned()
    };
    Err(Fault { request_id, ..asked.said(status.as_u16(), &part("Code"), &part("Message")) })
}
