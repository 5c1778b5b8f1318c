use rusqlite::Connection;

use super::{APPLICATION_ID, STEPS, header, newest, upgrade};
use crate::error::Fault;

const ONE: &str = "CREATE TABLE one (a INTEGER NOT NULL) STRICT; INSERT INTO one VALUES (7);";
const TWO: &str = "ALTER TABLE one ADD COLUMN b TEXT; CREATE TABLE two (c BLOB) STRICT;";
const BROKEN: &str = "CREATE TABLE three (d INTEGER) STRICT; INSERT INTO nowhere VALUES (1);";

fn tables(conn: &Connection) -> Vec<String> {
    let select = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name";
    crate::sql::all(conn, select, [], |row| Ok(row.get(0)?)).unwrap()
}

#[test]
fn every_older_version_is_led_to_the_newest() {
    let mut conn = Connection::open_in_memory().unwrap();
    upgrade(&mut conn, &[ONE]).unwrap();
    assert_eq!(header(&conn).unwrap(), (APPLICATION_ID, 1));
    assert_eq!(tables(&conn), ["one"]);

    upgrade(&mut conn, &[ONE, TWO]).unwrap();
    assert_eq!(header(&conn).unwrap(), (APPLICATION_ID, 2));
    assert_eq!(tables(&conn), ["one", "two"]);
    let kept: i64 = conn.query_row("SELECT a FROM one WHERE b IS NULL", [], |r| r.get(0)).unwrap();
    assert_eq!(kept, 7);

    upgrade(&mut conn, &[ONE, TWO]).unwrap();
    assert_eq!(header(&conn).unwrap(), (APPLICATION_ID, 2));
}

#[test]
fn a_step_that_fails_leaves_the_version_before_the_upgrade() {
    let mut conn = Connection::open_in_memory().unwrap();
    upgrade(&mut conn, &[ONE]).unwrap();
    let fault = upgrade(&mut conn, &[ONE, TWO, BROKEN]).unwrap_err();
    assert!(matches!(fault, Fault::Sql(_)), "{fault:?}");
    assert_eq!(header(&conn).unwrap(), (APPLICATION_ID, 1));
    assert_eq!(tables(&conn), ["one"]);
}

#[test]
fn a_newer_version_is_refused() {
    let mut conn = Connection::open_in_memory().unwrap();
    upgrade(&mut conn, &[ONE, TWO]).unwrap();
    let fault = upgrade(&mut conn, &[ONE]).unwrap_err();
    assert!(matches!(fault, Fault::NewerSchema { found: 2, known: 1 }), "{fault:?}");

    conn.pragma_update(None, "user_version", -1).unwrap();
    let fault = upgrade(&mut conn, &[ONE]).unwrap_err();
    assert!(matches!(fault, Fault::NewerSchema { found: -1, .. }), "{fault:?}");
}

#[test]
fn every_table_is_strict() {
    let mut conn = Connection::open_in_memory().unwrap();
    upgrade(&mut conn, STEPS).unwrap();
    assert_eq!(header(&conn).unwrap(), (APPLICATION_ID, newest(STEPS)));
    let select = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND strict = 0
                  AND name NOT LIKE 'sqlite_%'";
    let lax: Vec<String> = crate::sql::all(&conn, select, [], |row| Ok(row.get(0)?)).unwrap();
    assert_eq!(lax, [""; 0]);
}
