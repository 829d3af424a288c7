//! Arguments of `clusters`, `services`, `tasks` and `task-definitions`: the words of ECS, under which AWS sells Fargate.
//! Must not know what they do.

use super::{Consent, Where};
use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum Containers {
    /// List the clusters of an account, or delete an empty one
    #[command(args_conflicts_with_subcommands = true)]
    Clusters {
        #[command(flatten)]
        place: Where,
        #[command(subcommand)]
        command: Option<ClustersCommand>,
    },
    /// List the services of a cluster with what they cost; create, scale or delete one
    #[command(args_conflicts_with_subcommands = true)]
    Services {
        #[command(flatten)]
        at: AtCluster,
        #[command(subcommand)]
        command: Option<ServicesCommand>,
    },
    /// List the tasks of a cluster with what they cost and why they stopped; run or stop one, read its log
    #[command(args_conflicts_with_subcommands = true)]
    Tasks {
        #[command(flatten)]
        at: AtCluster,
        /// Only those of this service
        #[arg(long, value_name = "SERVICE")]
        service: Option<String>,
        #[command(subcommand)]
        command: Option<TasksCommand>,
    },
    /// List the task definitions of an account, or show one
    TaskDefinitions {
        /// FAMILY:REVISION, or a family for its newest revision
        name: Option<String>,
        #[command(flatten)]
        place: Where,
    },
}

/// A cluster of an account.
#[derive(Debug, Args)]
pub(crate) struct AtCluster {
    /// In this cluster
    #[arg(long, value_name = "CLUSTER", default_value = "default")]
    pub(crate) cluster: String,
    #[command(flatten)]
    pub(crate) place: Where,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ClustersCommand {
    /// Delete a cluster that has no service and no task
    Delete {
        /// The cluster
        name: String,
        #[command(flatten)]
        place: Where,
        #[command(flatten)]
        consent: Consent,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum ServicesCommand {
    /// Keep tasks running
    Create {
        /// What to call it
        name: String,
        #[command(flatten)]
        tasks: Box<Wanted>,
        #[command(flatten)]
        at: AtCluster,
        #[command(flatten)]
        consent: Consent,
    },
    /// Keep another number of tasks running; 0 runs none
    Scale {
        /// The service
        name: String,
        /// How many tasks
        count: u32,
        #[command(flatten)]
        at: AtCluster,
        #[command(flatten)]
        consent: Consent,
    },
    /// Show a service with its receipt: rate times quantity
    Show {
        /// The service
        name: String,
        #[command(flatten)]
        at: AtCluster,
    },
    /// Delete a service and stop its tasks
    Delete {
        /// The service
        name: String,
        /// Also delete what Hearth made for it alone: its task definition, its role and its logs
        #[arg(long)]
        all: bool,
        #[command(flatten)]
        at: AtCluster,
        #[command(flatten)]
        consent: Consent,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum TasksCommand {
    /// Run tasks once, from an image or a task definition
    Run {
        /// What to call the task definition [default: from the image]
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
        #[command(flatten)]
        tasks: Box<Wanted>,
        #[command(flatten)]
        at: AtCluster,
        #[command(flatten)]
        consent: Consent,
    },
    /// Stop a task
    Stop {
        /// Its id
        task: String,
        /// Why, for whoever looks later
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
        #[command(flatten)]
        at: AtCluster,
        #[command(flatten)]
        consent: Consent,
    },
    /// Show a task: its containers, why it stopped, and its receipt
    Show {
        /// Its id
        task: String,
        #[command(flatten)]
        at: AtCluster,
    },
    /// Print the log of a task
    Logs {
        /// Its id
        task: String,
        #[command(flatten)]
        at: AtCluster,
    },
}

/// Which tasks.
#[derive(Debug, Args)]
pub(crate) struct Wanted {
    /// An image, for instance nginx:1.27
    #[arg(long, value_name = "IMAGE", required_unless_present = "definition")]
    pub(crate) image: Option<String>,
    /// A task definition that is there, FAMILY:REVISION
    #[arg(long, value_name = "DEFINITION", conflicts_with = "image")]
    pub(crate) definition: Option<String>,
    /// How many
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) count: u32,
    /// Processors of a task, such as 0.25 [default: the least that goes with the memory]
    #[arg(long, value_name = "N")]
    pub(crate) vcpu: Option<String>,
    /// Memory of a task in MB [default: 512]
    #[arg(long, value_name = "MB")]
    pub(crate) memory: Option<u32>,
    /// Storage of a task in GB [default: the 20 that come with it]
    #[arg(long, value_name = "GB")]
    pub(crate) storage: Option<u32>,
    /// Processors' kind [default: x86_64]
    #[arg(long, value_name = "ARCH", value_parser = ["x86_64", "arm64"])]
    pub(crate) arch: Option<String>,
    /// A port that it listens on
    #[arg(long, value_name = "PORT")]
    pub(crate) port: Option<u16>,
    /// Environment variable; may be repeated
    #[arg(long = "env", value_name = "K=V", value_parser = super::variable)]
    pub(crate) environment: Vec<(String, String)>,
    /// A word of the command that runs in the place of the image's own; may be repeated
    #[arg(long, value_name = "WORD", allow_hyphen_values = true)]
    pub(crate) command: Vec<String>,
    /// The role that pulls the image and writes logs [default: one that Hearth makes]
    #[arg(long, value_name = "ARN")]
    pub(crate) execution_role: Option<String>,
    /// The role that its code has [default: none]
    #[arg(long, value_name = "ARN")]
    pub(crate) task_role: Option<String>,
    /// A subnet; may be repeated [default: those of a service of the cluster]
    #[arg(long = "subnet", value_name = "ID")]
    pub(crate) subnets: Vec<String>,
    /// A security group; may be repeated
    #[arg(long = "security-group", value_name = "ID")]
    pub(crate) security_groups: Vec<String>,
    /// Give each task a public address, which is billed by the hour
    #[arg(long)]
    pub(crate) public_ip: bool,
    /// Run on spare capacity that AWS may take back
    #[arg(long)]
    pub(crate) spot: bool,
    /// Keep no output
    #[arg(long)]
    pub(crate) no_logs: bool,
}
