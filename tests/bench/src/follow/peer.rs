//! NetworkX: reachability from a seed's holder, in which time and amounts do not exist.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use fundtrail_model::Rule;

use super::{ROUNDS, World, both};
use crate::measure::Samples;
use crate::table::{Row, Table, grouped};

const VERSION: &str = "3.5";

/// Times reading nothing: the graph is made of pairs in memory, as ours is of transfers in memory.
const SCRIPT: &str = "
import sys, time
import networkx as nx
pairs = [line.split() for line in open(sys.argv[1])]
for _ in range(int(sys.argv[3])):
    start = time.perf_counter_ns()
    graph = nx.MultiDiGraph()
    graph.add_edges_from(pairs)
    reached = nx.descendants(graph, sys.argv[2])
    print(time.perf_counter_ns() - start, len(reached))
";

/// Adds a line, or says why there is none.
pub(super) fn compare(table: &mut Table, world: &World) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let measured = measure(folder.path(), world);
    match measured {
        Ok((other, reached)) => {
            let ours = Samples::new((0..ROUNDS).map(|_| both(world, Rule::Poison)).collect());
            table.add(Row::times("poison: 100,000 against NetworkX", &ours, &other).at_most(1_000));
            table.note(format!(
                "NetworkX {VERSION} (MultiDiGraph, descendants of one holder, without time) reaches {} \
                 addresses.",
                grouped(reached)
            ));
        }
        Err(why) => table.note(format!("NetworkX was not measured: {why}")),
    }
}

fn measure(folder: &Path, world: &World) -> Result<(Samples, u64), String> {
    let run = |command: &mut Command| {
        let output = command.output().map_err(|error| error.to_string())?;
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
        }
    };
    let library = folder.join("library");
    let mut install = Command::new("python3");
    install.args(["-m", "pip", "install", "--quiet", "--no-deps", "--target"]);
    run(install.arg(&library).arg(format!("networkx=={VERSION}")))?;
    let edges = folder.join("edges");
    std::fs::write(&edges, world.edges()).map_err(|error| error.to_string())?;
    let mut python = Command::new("python3");
    python.env("PYTHONPATH", &library).args(["-c", SCRIPT]).arg(&edges).arg(world.holder());
    let text = run(python.arg(ROUNDS.to_string()))?;
    let mut taken = Vec::new();
    let mut reached = 0;
    for line in text.lines() {
        let (nanos, count) = line.split_once(' ').ok_or("no figures")?;
        taken.push(Duration::from_nanos(nanos.parse().map_err(|_| "no time")?));
        reached = count.parse().map_err(|_| "no count")?;
    }
    Ok((Samples::new(taken), reached))
}
