//! From the SDK's errors to the words of `hearth-cloud`. Owns which of AWS's codes mean what. Never lets a signature, a
//! token or the output of a program that makes keys into a message.

use aws_sdk_lambda::config::http::HttpResponse;
use aws_sdk_lambda::error::{ProvideErrorMetadata, SdkError};
use hearth_cloud::{Fault, FaultKind, causes, shortened};
use std::error::Error;

/// AWS's reason for refusing a function that has a limit of its own, which waiting may not help.
const AT_ITS_LIMIT: &str = "ReservedFunctionConcurrentInvocationLimitExceeded";

/// What was asked, for instance `lambda:ListFunctions`, and where.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) operation: &'a str,
    pub(crate) location: &'a str,
}

impl Asked<'_> {
    fn words(&self) -> String {
        if self.location.is_empty() {
            self.operation.to_owned()
        } else {
            format!("{} in {}", self.operation, self.location)
        }
    }

    /// A fault of our own about it.
    pub(crate) fn fault(&self, kind: FaultKind, message: impl Into<String>) -> Fault {
        Fault::new(kind, self.words(), message)
    }

    /// What an error of the SDK means.
    pub(crate) fn failed<E>(&self, error: &SdkError<E, HttpResponse>) -> Fault
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        match error {
            SdkError::ServiceError(service) => {
                let status = service.raw().status().as_u16();
                let metadata = service.err().meta();
                let code = metadata.code().unwrap_or_default();
                let message = metadata.message().unwrap_or_default();
                let mut fault = if code.is_empty() && (200..300).contains(&status) {
                    // AWS did it; only what it said about it is lost.
                    self.fault(FaultKind::Other, format!("AWS's answer cannot be read: {}", causes(error)))
                } else {
                    self.said(status, code, message)
                };
                let body = service.raw().body().bytes().unwrap_or_default();
                if fault.kind == FaultKind::Throttled
                    && std::str::from_utf8(body).is_ok_and(|body| body.contains(AT_ITS_LIMIT))
                {
                    let words = "the limit of this function is reached, and 0 stops it; AWS says";
                    fault.message = format!("{words}: {}", fault.message);
                }
                let headers = service.raw().headers();
                fault.request_id = headers
                    .get("x-amzn-requestid")
                    .or_else(|| headers.get("x-amz-request-id"))
                    .map(str::to_owned);
                fault
            }
            SdkError::TimeoutError(_) => self.fault(FaultKind::TimedOut, "no answer in time"),
            SdkError::ResponseError(_) => self.fault(FaultKind::BrokenOff, causes(error)),
            SdkError::DispatchFailure(_) | SdkError::ConstructionFailure(_) => self.before(error),
            _ => self.fault(FaultKind::Other, causes(error)),
        }
    }

    /// An error before AWS answered: no keys, or no network.
    pub(crate) fn before(&self, error: &(dyn Error + 'static)) -> Fault {
        let text = causes(error);
        let lower = text.to_lowercase();
        let about_keys = lower.contains("credential") || lower.contains("sso") || lower.contains("token");
        if !about_keys {
            let kind = if lower.contains("timed out") || lower.contains("timeout") {
                FaultKind::TimedOut
            } else {
                FaultKind::BrokenOff
            };
            return self.fault(kind, text);
        }
        // What a program that makes keys printed is not ours to show.
        let message = if lower.contains("external process") || lower.contains("credential_process") {
            "the program that answers with keys failed".to_owned()
        } else {
            text
        };
        let ended = lower.contains("expired") || lower.contains("refresh");
        self.fault(if ended { FaultKind::Expired } else { FaultKind::NotSignedIn }, message)
    }

    /// What AWS said.
    pub(crate) fn said(&self, status: u16, code: &str, message: &str) -> Fault {
        let kind = match code {
            "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" => FaultKind::Expired,
            "UnrecognizedClientException"
            | "InvalidClientTokenId"
            | "InvalidAccessKeyId"
            | "MissingAuthenticationToken"
            | "MissingAuthenticationTokenException" => FaultKind::NotSignedIn,
            "RequestTimeTooSkewed" => return self.skewed(),
            "SignatureDoesNotMatch" | "InvalidSignatureException"
                if ["Signature expired", "Signature not yet current"].iter().any(|why| message.starts_with(why)) =>
            {
                return self.skewed();
            }
            // Their messages quote the request with its headers.
            "SignatureDoesNotMatch" | "InvalidSignatureException" | "IncompleteSignature" => {
                return self
                    .fault(FaultKind::NotSignedIn, "AWS does not accept the signature: check the keys");
            }
            "AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation" | "AuthorizationError" => {
                FaultKind::NotAllowed {
                    permission: permission(message).unwrap_or_else(|| self.operation.to_owned()),
                }
            }
            "Throttling"
            | "ThrottlingException"
            | "ThrottledException"
            | "RequestThrottled"
            | "RequestThrottledException"
            | "TooManyRequestsException"
            | "RequestLimitExceeded"
            | "SlowDown" => FaultKind::Throttled,
            "ResourceNotFoundException"
            | "ResourceNotFound"
            | "NoSuchEntity"
            | "NoSuchEntityException"
            | "ClusterNotFoundException"
            | "ServiceNotFoundException" => FaultKind::NotFound,
            "ResourceConflictException"
            | "ResourceInUseException"
            | "EntityAlreadyExists"
            | "EntityAlreadyExistsException"
            | "ConflictException"
            | "ResourceAlreadyExistsException"
            | "DeleteConflict"
            | "ConcurrentModification"
            | "PreconditionFailedException"
            | "ServiceNotActiveException"
            | "ClusterContainsServicesException"
            | "ClusterContainsTasksException"
            | "UpdateInProgressException" => FaultKind::Conflict,
            "InvalidParameterValueException"
            | "InvalidParameterValue"
            | "InvalidParameterException"
            | "ValidationException"
            | "ValidationError"
            | "InvalidRequestContentException"
            | "InvalidArgument"
            | "InvalidParameter"
            | "MalformedXML"
            | "InvalidRuntimeException"
            | "InvalidZipFileException"
            | "MalformedPolicyDocument"
            | "RequestTooLargeException"
            | "UnsupportedMediaTypeException"
            | "CodeStorageExceededException"
            // What ECS calls any wrong request.
            | "ClientException"
            | "PlatformUnknownException"
            | "PlatformTaskDefinitionIncompatibilityException"
            | "UnsupportedFeatureException" => FaultKind::Invalid,
            _ => match status {
                401 => FaultKind::NotSignedIn,
                403 => FaultKind::NotAllowed { permission: self.operation.to_owned() },
                404 => FaultKind::NotFound,
                409 | 412 => FaultKind::Conflict,
                429 => FaultKind::Throttled,
                500..=599 => FaultKind::BrokenOff,
                _ => FaultKind::Other,
            },
        };
        let message = if message.is_empty() { code } else { message };
        self.fault(kind, shortened(message.lines().next().unwrap_or_default()))
    }
}

impl Asked<'_> {
    /// A request is signed with the time, and AWS takes only what is minutes old.
    fn skewed(&self) -> Fault {
        self.fault(
            FaultKind::Other,
            "AWS refuses the time in the signature: set the clock of this computer, which is more than 5 minutes off",
        )
    }
}

/// The permission that AWS names: "… is not authorized to perform: lambda:ListFunctions on resource …".
fn permission(message: &str) -> Option<String> {
    let rest = message.split_once("not authorized to perform: ")?.1;
    let name = rest.split([' ', ',']).next()?;
    name.contains(':').then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKED: Asked<'static> = Asked { operation: "lambda:ListFunctions", location: "eu-west-1" };

    #[test]
    fn codes_of_aws_become_words() {
        let message = "User: arn:aws:sts::1:assumed-role/x is not authorized to perform: lambda:GetPolicy on resource: y";
        for (status, code, kind) in [
            (403, "ExpiredTokenException", FaultKind::Expired),
            (403, "UnrecognizedClientException", FaultKind::NotSignedIn),
            (403, "AccessDeniedException", FaultKind::NotAllowed { permission: "lambda:GetPolicy".into() }),
            (429, "TooManyRequestsException", FaultKind::Throttled),
            (404, "ResourceNotFoundException", FaultKind::NotFound),
            (409, "ResourceConflictException", FaultKind::Conflict),
            (400, "InvalidParameterValueException", FaultKind::Invalid),
            (503, "ServiceException", FaultKind::BrokenOff),
            (418, "Teapot", FaultKind::Other),
        ] {
            assert_eq!(ASKED.said(status, code, message).kind, kind, "{code}");
        }
        let unnamed = ASKED.said(403, "AccessDenied", "no");
        assert_eq!(unnamed.kind, FaultKind::NotAllowed { permission: "lambda:ListFunctions".into() });
    }

    #[test]
    fn a_wrong_clock_is_not_taken_for_wrong_keys() {
        let message = "Signature expired: 20261129T000000Z is now earlier than 20261129T010000Z (20261129T010500Z - 5 min.)";
        for (code, message) in [
            ("InvalidSignatureException", message),
            ("SignatureDoesNotMatch", message),
            ("RequestTimeTooSkewed", ""),
        ] {
            let fault = ASKED.said(403, code, message);
            assert!(fault.message.contains("set the clock of this computer"), "{fault}");
            assert_eq!(fault.kind, FaultKind::Other);
        }
    }

    #[test]
    fn a_refused_signature_is_not_quoted() {
        let fault = ASKED.said(
            403,
            "SignatureDoesNotMatch",
            "does not match. The Canonical String should have been\nx-amz-security-token:planted",
        );
        assert!(!fault.to_string().contains("planted"), "{fault}");
    }
}
