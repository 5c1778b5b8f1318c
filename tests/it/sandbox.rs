//! A sealed world: an empty environment, a folder of its own, no network but what a test gives.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A folder of its own in which the binary runs. It is removed at the end.
pub(crate) struct Sandbox {
    folder: tempfile::TempDir,
}

/// What a run said.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

fn outcome(output: std::process::Output) -> Outcome {
    Outcome {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

impl Sandbox {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        self.sealed(env!("CARGO_BIN_EXE_fundtrail"), arguments)
    }

    fn sealed(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env_clear()
            .env("HOME", self.folder.path())
            .env("COLUMNS", "100")
            .current_dir(self.folder.path())
            .stdin(Stdio::null());
        command
    }

    /// Runs the binary to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Outcome {
        self.run_with(arguments, &[])
    }

    /// Runs the binary to its end, with variables of the environment.
    pub(crate) fn run_with(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Outcome {
        outcome(self.command(arguments).envs(environment.iter().copied()).output().unwrap())
    }

    /// Runs the binary where no file may become larger than so many blocks of 512 bytes, like on a disk that is full.
    pub(crate) fn run_on_full_disk(&self, blocks: u32, arguments: &[&str]) -> Outcome {
        let limited = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
        let words = ["-c", &limited, env!("CARGO_BIN_EXE_fundtrail")];
        outcome(self.sealed("/bin/sh", &[&words[..], arguments].concat()).output().unwrap())
    }

    /// Starts the binary and says nothing of what it says.
    pub(crate) fn start(&self, arguments: &[&str]) -> Child {
        self.command(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// Starts the binary and keeps what it says.
    pub(crate) fn start_listening(&self, arguments: &[&str]) -> Child {
        self.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// The digest that `case show` prints.
    pub(crate) fn digest(&self, case: &str) -> String {
        let shown = self.run(&["case", "show", case]).success();
        shown.stdout.lines().find(|line| line.starts_with("digest ")).unwrap().to_owned()
    }
}

impl Outcome {
    /// Fails the test, with all that was said, unless the run ended well.
    #[track_caller]
    pub(crate) fn success(self) -> Self {
        assert_eq!(self.code, Some(0), "{}\n{}", self.stdout, self.stderr);
        self
    }
}
