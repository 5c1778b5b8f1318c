//! The graph formats, as other libraries read them, and FollowTheMoney.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::Direction;
use serde_json::Value;

use super::behaviour::behaving;
use super::reader::read;
use super::sample::{Sample, address, demo, generated, small};
use crate::schema::Finding;
use crate::{Error, Report};

type Format = fn(&Report, &mut dyn std::io::Write) -> Result<(), Error>;

pub(super) const GRAPHS: [(&str, Format); 3] =
    [("r.graphml", crate::graphml), ("r.gexf", crate::gexf), ("r.dot", crate::dot)];

const ALL: [(&str, Format); 4] = [GRAPHS[0], GRAPHS[1], GRAPHS[2], ("r.ftm", crate::ftm)];

pub(super) fn written(report: &Report, format: Format) -> Vec<u8> {
    let mut bytes = Vec::new();
    format(report, &mut bytes).unwrap();
    bytes
}

fn entities(report: &Report) -> Vec<Value> {
    let text = String::from_utf8(written(report, crate::ftm)).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The nodes and edges that the JSON report asks for: id → ends.
fn expected(report: &Report) -> (BTreeSet<String>, BTreeMap<String, (String, String)>) {
    let json: Value = serde_json::from_str(&super::json_text(report)).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut nodes: BTreeSet<String> =
        json["parties"].as_array().unwrap().iter().map(|party| text(&party["id"])).collect();
    let mut edges = BTreeMap::new();
    for seed in json["seeds"].as_array().unwrap().iter().filter(|seed| !seed["from"].is_null()) {
        edges.insert(text(&seed["id"]), (text(&seed["from"]["party"]), text(&seed["to"]["party"])));
    }
    for hop in json["hops"].as_array().unwrap() {
        let to = match &hop["to"] {
            Value::Null => format!("{}-nobody", text(&hop["id"])),
            to => text(&to["party"]),
        };
        nodes.insert(to.clone());
        edges.insert(text(&hop["id"]), (text(&hop["from"]["party"]), to));
    }
    (nodes, edges)
}

pub(super) fn check_graph(report: &Report, name: &str, graph: &Value) {
    let (nodes, edges) = expected(report);
    assert_eq!(graph["directed"], true, "{name}");
    let found: BTreeSet<String> = graph["nodes"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(found, nodes, "{name}");
    let found = graph["edges"].as_array().unwrap();
    assert_eq!(found.len(), edges.len(), "{name}");
    let ends = |edge: &Value| {
        let of = |end: &str| edge[end].as_str().unwrap().to_owned();
        (of("source"), of("target"))
    };
    if name == "r.dot" {
        let mut found: Vec<_> = found.iter().map(ends).collect();
        let mut edges: Vec<_> = edges.into_values().collect();
        found.sort_unstable();
        edges.sort_unstable();
        assert_eq!(found, edges);
        return;
    }
    let hops: BTreeMap<&str, _> = report.hops.iter().map(|hop| (&*hop.id, hop)).collect();
    for edge in found {
        let id = edge["id"].as_str().unwrap();
        assert_eq!(ends(edge), edges[id], "{name} {id}");
        let data = &edge["data"];
        let Some(hop) = hops.get(id) else {
            assert_eq!(data["kind"], "seed");
            continue;
        };
        let said = |key: &str| data[key].as_str().unwrap_or_default().to_owned();
        assert_eq!(said("kind"), hop.kind);
        assert_eq!(said("position"), hop.place.position);
        assert_eq!(said("time"), hop.place.time.clone().unwrap_or_default());
        assert_eq!(said("transaction"), hop.place.transaction.clone().unwrap_or_default());
        let units: Vec<&str> = hop.paid.iter().map(|money| &*money.base_units).collect();
        assert_eq!(said("amount_base_units"), units.join(" + "));
        let names: Vec<&str> = hop.paid.iter().map(|money| &*money.asset).collect();
        assert_eq!(said("asset"), names.join(" + "));
        assert_eq!(data["depth"], hop.depth);
        assert!(1.0 <= data["weight"].as_f64().unwrap());
        if let Some(time) = hop.place.time.as_ref().filter(|_| name == "r.gexf") {
            let time = time.replace(" UTC", "Z").replace(' ', "T");
            assert_eq!([said("start"), said("end")], [time.clone(), time]);
        }
    }
    for party in &report.parties {
        let data = &graph["nodes"][party.id.as_str()];
        assert_eq!(data["address"], party.address.as_str());
        assert_eq!(data["labels"].as_str().unwrap_or_default(), party.labels.join("; "));
        let listed_today = data["listed_today"].as_str().unwrap_or_default();
        assert_eq!(listed_today, party.listed_today.unwrap_or_default());
        let listed_then = data["listed_then"].as_str().unwrap_or_default();
        let is_told = |finding: &&Finding| finding.party.party == party.id;
        let mut told = report.findings.iter().filter(is_told).map(|finding| finding.then);
        assert!(listed_then.is_empty() || told.any(|then| then == listed_then), "{listed_then}");
        assert_eq!(data["is_invented"], party.is_invented);
    }
    let told: usize = report
        .parties
        .iter()
        .map(|party| {
            let endings = graph["nodes"][party.id.as_str()]["endings"].as_str().unwrap_or_default();
            endings.split(" + ").filter(|id| !id.is_empty()).count()
        })
        .sum();
    assert_eq!(told, report.endings.iter().filter(|ending| ending.at.is_some()).count());
}

#[test]
fn graphs_have_every_address_and_every_movement() {
    let samples: [Sample; 3] = [small(), behaving(demo()), generated(200, 3)];
    let reports: Vec<Report> = samples.iter().map(Sample::report).collect();
    let mut files = Vec::new();
    for report in &reports {
        files.extend(GRAPHS.map(|(name, format)| (name.to_owned(), written(report, format))));
    }
    let graphs = read(&files);
    for (file_idx, graph) in graphs.iter().enumerate() {
        check_graph(&reports[file_idx / GRAPHS.len()], &files[file_idx].0, graph);
    }
}

#[test]
fn a_small_trail_as_a_graph() {
    let report = small().report();
    for (name, format) in ALL {
        let text = String::from_utf8(written(&report, format)).unwrap();
        insta::assert_snapshot!(name.replace("r.", "small_"), text);
    }
}

/// Traced back the first hop is the seed: it is there once, and nothing in the file calls its value stolen.
#[test]
fn a_graph_traced_back_has_each_movement_once() {
    let check = |direction, seeds: usize, part: &str, other: &str| {
        let mut sample = small();
        sample.trail.direction = direction;
        let report = sample.report();
        let files = GRAPHS.map(|(name, format)| (name.to_owned(), written(&report, format)));
        let ids: BTreeSet<&str> = report.hops.iter().map(|hop| &*hop.id).collect();
        for (graph, (name, _)) in read(&files).iter().zip(&files) {
            let edges = graph["edges"].as_array().unwrap();
            assert_eq!(edges.len(), ids.len() + seeds, "{name}");
            for edge in edges.iter().filter(|_| name != "r.dot") {
                let data = edge["data"].as_object().unwrap();
                for column in ["", "_base_units"] {
                    assert!(data.contains_key(&format!("{part}{column}")), "{name}: {data:?}");
                    assert!(!data.contains_key(&format!("{other}{column}")), "{name}: {data:?}");
                }
            }
        }
        let links = entities(&report);
        let links = links.iter().filter(|of| of["schema"] == "UnknownLink");
        let named = |of: &Value| of["properties"]["role"][0] == "seed";
        assert_eq!(links.filter(|of| named(of)).count(), seeds);
    };
    check(Direction::Out, 1, "stolen", "traced");
    check(Direction::In, 0, "traced", "stolen");
}

#[test]
fn who_is_listed_no_longer_does_not_look_as_if() {
    // `still_listed` was listed at the movement and is today, the mixer only in between.
    let report = demo().report();
    let files = GRAPHS.map(|(name, format)| (name.to_owned(), written(&report, format)));
    let graphs = read(&files);
    let party = |number| {
        let address = fundtrail_model::checksum(address(number));
        report.parties.iter().find(|party| party.address == address).unwrap().id
    };
    for (number, then, today, shape) in [
        (52, "not yet listed", "delisted", "hexagon"),
        (53, "listed", "listed", "octagon"),
        (40, "", "", "box"),
    ] {
        let id = party(number);
        for (graph, (name, _)) in graphs.iter().zip(&files) {
            let data = &graph["nodes"][id.as_str()];
            if name == "r.dot" {
                assert_eq!(data["shape"].as_str().unwrap_or("box"), shape, "{data}");
                continue;
            }
            assert_eq!(data["listed_then"].as_str().unwrap_or_default(), then, "{name}");
            assert_eq!(data["listed_today"].as_str().unwrap_or_default(), today, "{name}");
        }
    }
}

#[test]
fn the_same_report_is_the_same_graph() {
    for sample in [demo(), generated(200, 4)] {
        for (name, format) in ALL {
            let [one, other] = [(); 2].map(|()| written(&sample.report(), format));
            assert!(one == other, "{name}");
        }
    }
}

#[test]
fn a_reconstruction_says_so_in_every_graph() {
    let report = demo().report();
    let banner = report.invented.clone().unwrap();
    for (name, format) in GRAPHS {
        let text = String::from_utf8(written(&report, format)).unwrap();
        assert!(text.to_lowercase().contains("reconstruction"), "{name}");
        assert!(text.contains(&banner), "{name}");
    }
    for entity in entities(&report) {
        assert!(entity.to_string().contains(&banner), "{entity}");
    }
}

#[test]
fn entities_have_unique_ids_and_point_at_wallets() {
    for report in [small().report(), behaving(demo()).report(), generated(200, 3).report()] {
        let entities = entities(&report);
        let ids: BTreeSet<&str> = entities.iter().map(|of| of["id"].as_str().unwrap()).collect();
        assert_eq!(ids.len(), entities.len());
        let of_schema =
            |schema: &str| entities.iter().filter(|of| of["schema"] == schema).collect::<Vec<_>>();
        let wallets: BTreeMap<&str, &str> = of_schema("CryptoWallet")
            .into_iter()
            .map(|of| {
                (of["id"].as_str().unwrap(), of["properties"]["publicKey"][0].as_str().unwrap())
            })
            .collect();
        assert_eq!(wallets.len(), report.parties.len());
        let links = of_schema("UnknownLink");
        let between = report
            .hops
            .iter()
            .filter(|hop| hop.to.as_ref().is_some_and(|to| to.party != hop.from.party));
        let seeds = report
            .seeds
            .iter()
            .filter(|seed| seed.from.as_ref().is_some_and(|from| from.party != seed.to.party));
        assert_eq!(links.len(), between.count() + seeds.count());
        for link in &links {
            for end in ["subject", "object"] {
                assert!(wallets.contains_key(link["properties"][end][0].as_str().unwrap()));
            }
        }
        let sanctions = of_schema("Sanction");
        let listed: BTreeSet<_> = report
            .findings
            .iter()
            .map(|finding| (&*finding.party.address, &*finding.listing, &*finding.listed))
            .collect();
        assert!(sanctions.len() <= report.findings.len() && listed.len() <= sanctions.len());
        for sanction in sanctions {
            let wallet = sanction["properties"]["entity"][0].as_str().unwrap();
            let program = sanction["properties"]["program"][0].as_str().unwrap();
            assert!(listed.iter().any(|(address, listing, _)| {
                wallets[wallet] == *address && program == *listing
            }));
        }
        assert_eq!(
            of_schema("CryptoWallet").len() + links.len() + of_schema("Sanction").len(),
            entities.len()
        );
    }
}
