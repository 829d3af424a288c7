//! Whole-product tests through the `hearth` binary: one module an area. Each test has a data folder of its own.
//!
//! What needs somebody else's program (Python, Node, AWS's clients) says so loudly when it is not here, and passes.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

mod architecture;
mod azure;
mod azure_adapters;
mod brake;
mod clouds_aws;
mod clouds_aws_faults;
mod clouds_aws_images;
mod clouds_aws_live;
mod clouds_azure;
mod clouds_azure_faults;
mod clouds_cancel;
mod clouds_code;
mod clouds_fargate;
mod clouds_google;
mod clouds_google_bill;
mod clouds_google_faults;
mod clouds_killed;
mod clouds_logs;
mod clouds_triggers;
mod clouds_versions;
mod command_line;
mod cost;
mod everywhere;
mod fake_aws;
mod faults_aws;
mod faults_azure;
mod faults_google;
mod faults_killed;
mod fidelity;
mod figures_aws;
mod four_targets;
mod google;
mod hostile;
mod killed;
mod lambda_api;
mod lives_aws;
mod ministack;
mod own_requests;
mod owner;
mod packages;
mod person;
mod plain_user;
mod planted;
mod ports;
mod secrets;
mod sign_in;
mod sign_in_tools;
mod sso;
mod support;
mod tuning;
mod tuning_account;
mod web;
