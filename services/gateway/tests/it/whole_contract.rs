//! Every method of this program is called by a test, and every reason provoked.

use crate::harness::*;

#[tokio::test]
async fn the_journal_is_read_in_every_way() {
    let system = System::start().await;
    thidua_tests::journal::assert_readable(system.channel.clone(), "journals/awards").await;
}

#[test]
fn every_method_is_called_and_every_reason_comes_back() {
    let own_test = concat!(module_path!(), "::every_method_is_called_and_every_reason_comes_back");
    let own_test = own_test.split_once("::").map_or(own_test, |(_, name)| name);
    thidua_tests::contract::assert_whole(&["thidua.reports.v1", "thidua.journal.v1"], own_test);
}
