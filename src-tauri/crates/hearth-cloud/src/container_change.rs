//! Changes of containers. Values of environment variables are here and must not be printed: `Debug` leaves them out.

use crate::{TaskNetwork, TaskSize};
use std::collections::BTreeMap;
use std::fmt;

/// What tasks are made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TaskSource {
    /// A task definition that is there: `family:revision`, or a family for its newest revision.
    Definition(String),
    /// An image, which gets a task definition.
    Image(ImageTask),
}

/// A task definition to make around one image.
#[derive(Clone, PartialEq, Eq)]
pub struct ImageTask {
    /// What to call it: the family, its container and its log group.
    pub family: String,
    /// The image, for instance `nginx:1.27`.
    pub image: String,
    /// What each task is given.
    pub size: TaskSize,
    /// What to run in the place of the image's own command.
    pub command: Vec<String>,
    /// A port that it listens on.
    pub port: Option<u16>,
    /// Environment variables.
    pub environment: BTreeMap<String, String>,
    /// Whether its output is kept.
    pub logs: bool,
    /// The role that pulls the image and writes logs; none: the one that Hearth made, or makes.
    pub execution_role: Option<String>,
    /// The role that its code has; none: no permission at all.
    pub task_role: Option<String>,
}

impl fmt::Debug for ImageTask {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ImageTask")
            .field("family", &self.family)
            .field("image", &self.image)
            .field("size", &self.size)
            .field("command", &self.command)
            .field("port", &self.port)
            .field("environment_names", &self.environment.keys().collect::<Vec<_>>())
            .field("logs", &self.logs)
            .field("execution_role", &self.execution_role)
            .field("task_role", &self.task_role)
            .finish()
    }
}

/// Tasks to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskRun {
    /// From what.
    pub source: TaskSource,
    /// How many.
    pub count: u32,
    /// Where in the network.
    pub network: TaskNetwork,
    /// Whether on spare capacity that the vendor may take back.
    pub spot: bool,
}

/// A change of containers. The cluster is beside it, in [`crate::Change::Containers`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContainerChange {
    /// Run tasks once.
    Run(TaskRun),
    /// Keep tasks running.
    CreateService {
        /// The service's name.
        name: String,
        /// Its tasks.
        run: TaskRun,
    },
    /// Keep another number of tasks running.
    Scale {
        /// The service.
        name: String,
        /// How many; 0 runs none.
        count: u32,
    },
    /// Stop a task.
    StopTask {
        /// Its id.
        id: String,
        /// Why, for whoever looks later.
        reason: String,
    },
    /// Delete a service and stop its tasks.
    DeleteService {
        /// The service.
        name: String,
        /// Also what was made for it alone: its task definition, its role and its logs.
        all: bool,
    },
    /// Delete a cluster that is empty.
    DeleteCluster,
}

#[cfg(test)]
mod tests {
    use super::*;
    use hearth_model::Architecture;

    #[test]
    fn values_of_variables_are_not_printed() {
        let image = ImageTask {
            family: "web".into(),
            image: "nginx".into(),
            size: TaskSize {
                cpu_units: 256,
                memory_mb: 512,
                storage_gb: 20,
                architecture: Architecture::X86_64,
                windows: false,
            },
            command: Vec::new(),
            port: None,
            environment: [("API_KEY".to_owned(), "s3cret".to_owned())].into(),
            logs: true,
            execution_role: None,
            task_role: None,
        };
        let text = format!("{image:?}");
        assert!(text.contains("API_KEY") && !text.contains("s3cret"), "{text}");
    }
}
