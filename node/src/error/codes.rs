//! The one table of failure codes.

use super::Exit;

/// A failure that boucle can report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// Stable name; texts `error-<code>` and `error-<code>-hint` (with `-` for `_`) hold its words.
    pub code: &'static str,
    /// The exit status it asks for.
    pub exit: Exit,
    /// Arguments its texts may use.
    pub args: &'static [&'static str],
}

impl Code {
    /// The table's row for this code.
    pub fn find(code: &str) -> Option<&'static Self> {
        CODES.iter().find(|known| known.code == code)
    }
}

/// Names that `where` may hold.
pub(super) const WHERE: &[&str] = &["file", "row", "column", "field", "sheet", "peer", "scope", "entry", "ref", "line"];

const fn code(code: &'static str, exit: Exit, args: &'static [&'static str]) -> Code {
    Code { code, exit, args }
}

/// Every code, with its exit status and arguments.
pub const CODES: &[Code] = &[
    // The program itself
    code("unexpected", Exit::Failed, &[]),
    code("unknown_failure", Exit::Failed, &["code"]),
    code("not_built", Exit::Failed, &["command"]),
    code("disk_full", Exit::Failed, &["file"]),
    code("file_not_found", Exit::NotFound, &["file"]),
    code("file_not_permitted", Exit::Denied, &["file"]),
    code("file_not_readable", Exit::Failed, &["file"]),
    code("file_not_writable", Exit::Failed, &["file"]),
    code("no_home_folder", Exit::Usage, &[]),
    // Usage
    code("usage", Exit::Usage, &[]),
    code("usage_unknown_option", Exit::Usage, &["option"]),
    code("usage_unknown_command", Exit::Usage, &["command"]),
    code("usage_unexpected_argument", Exit::Usage, &[]),
    code("usage_bad_value", Exit::Usage, &["option", "expected"]),
    code("usage_missing", Exit::Usage, &["missing"]),
    code("usage_missing_command", Exit::Usage, &["commands"]),
    code("usage_conflict", Exit::Usage, &["option", "other"]),
    code("stdin_twice", Exit::Usage, &[]),
    code("bad_record", Exit::Usage, &["file"]),
    code("not_in_taxonomy", Exit::Usage, &["field", "value", "near"]),
    code("bad_value", Exit::Usage, &["field", "expected"]),
    code("unknown_field", Exit::Usage, &["field", "near"]),
    code("passphrases_differ", Exit::Usage, &[]),
    code("passphrase_weak", Exit::Usage, &[]),
    code("recusal_not_asked", Exit::Usage, &[]),
    code("member_not_named", Exit::Usage, &["members"]),
    // The node's folder and its lock
    code("not_initialised", Exit::NotFound, &["home"]),
    code("already_initialised", Exit::Failed, &["home"]),
    code("already_running", Exit::Failed, &["home"]),
    code("not_running", Exit::Failed, &["home"]),
    code("home_in_use", Exit::Failed, &["home"]),
    code("home_damaged", Exit::Failed, &["file"]),
    code("home_too_new", Exit::Failed, &["found", "supported"]),
    code("clock_wrong", Exit::Failed, &["now", "newest"]),
    // The local socket
    code("socket_not_ours", Exit::Denied, &[]),
    code("socket_failed", Exit::Failed, &[]),
    code("socket_timed_out", Exit::Failed, &[]),
    code("request_not_understood", Exit::Failed, &[]),
    code("request_too_large", Exit::Rejected, &["max"]),
    code("reply_too_large", Exit::Failed, &["max"]),
    // Unlocking and permission
    code("locked", Exit::Denied, &["member"]),
    code("wrong_passphrase", Exit::Denied, &["member"]),
    code("not_permitted", Exit::Denied, &["role"]),
    code("not_readable", Exit::Denied, &["ref"]),
    code("recused", Exit::Denied, &[]),
    code("role_expired", Exit::Denied, &["until"]),
    code("revoked", Exit::Denied, &[]),
    code("key_file_bad", Exit::Rejected, &["file"]),
    code("key_file_foreign", Exit::Denied, &[]),
    // Things that are not there
    code("ref_not_found", Exit::NotFound, &["ref", "near"]),
    code("ref_check_digits", Exit::NotFound, &["ref", "near"]),
    code("ref_ambiguous", Exit::NotFound, &["ref", "near"]),
    code("no_last_case", Exit::NotFound, &[]),
    code("site_not_found", Exit::NotFound, &["site", "near"]),
    code("member_not_found", Exit::NotFound, &["member", "near"]),
    code("audience_not_found", Exit::NotFound, &["audience"]),
    // Organisation
    code("sync_first", Exit::Failed, &[]),
    code("home_must_be_unlocked", Exit::Denied, &[]),
    code("site_exists", Exit::Failed, &["site"]),
    code("member_exists", Exit::Failed, &["member"]),
    code("bad_site_code", Exit::Usage, &["site"]),
    code("invitation_bad", Exit::Rejected, &[]),
    code("invitation_expired", Exit::Rejected, &["expired"]),
    code("invitation_used", Exit::Rejected, &[]),
    code("invitation_other_org", Exit::Rejected, &[]),
    code("words_do_not_match", Exit::Failed, &["member"]),
    code("no_numbers_left", Exit::Failed, &[]),
    // The life of a case
    // The codes of `crdt_model::edit::EditRefusal` and of `node::import`, under the same names.
    code("no_case", Exit::NotFound, &[]),
    code("case_exists", Exit::Failed, &[]),
    code("missing", Exit::Usage, &["fields"]),
    code("field_fixed", Exit::Usage, &["field"]),
    code("field_by_verb", Exit::Usage, &["field", "verb"]),
    code("unknown_code", Exit::Usage, &["field", "table"]),
    code("too_long", Exit::Usage, &["field", "bytes_max"]),
    code("nothing_to_clear", Exit::Failed, &["field"]),
    code("field_required", Exit::Usage, &["field"]),
    code("no_conflict", Exit::NotFound, &["field"]),
    code("no_such_pick", Exit::Usage, &["choices"]),
    code("withheld", Exit::Denied, &["field"]),
    code("outside_audience", Exit::Denied, &[]),
    code("must_be_restricted", Exit::Failed, &["level"]),
    code("needs_sealing", Exit::Failed, &["level", "ref"]),
    code("not_a_raise", Exit::Failed, &["level"]),
    code("not_a_lowering", Exit::Failed, &["level"]),
    code("case_closed", Exit::Failed, &["ref"]),
    code("not_closed", Exit::Failed, &[]),
    code("epochs_exhausted", Exit::Failed, &[]),
    code("not_assigned", Exit::Failed, &["ref"]),
    code("not_yours", Exit::Denied, &["ref"]),
    code("already_accepted", Exit::Failed, &[]),
    code("never_assigned", Exit::Failed, &["ref"]),
    code("not_answered", Exit::Failed, &["ref"]),
    code("not_satisfied", Exit::Failed, &["ref"]),
    code("answered_once", Exit::Failed, &[]),
    code("not_unreachable", Exit::Failed, &["days", "needed", "ref"]),
    code("not_resolved", Exit::Failed, &["ref"]),
    code("not_anonymous", Exit::Failed, &[]),
    code("no_survivor", Exit::Failed, &["ref"]),
    code("not_a_prank", Exit::Failed, &[]),
    code("no_direction", Exit::Failed, &["ref"]),
    code("other_verb", Exit::Failed, &["reason", "verb"]),
    code("before_received", Exit::Failed, &[]),
    code("no_contact_consent", Exit::Failed, &["ref"]),
    code("manager_only", Exit::Denied, &[]),
    code("not_on_hold", Exit::Failed, &[]),
    code("self_link", Exit::Usage, &[]),
    code("too_many", Exit::Failed, &["field"]),
    code("schema_key", Exit::Failed, &[]),
    code("schema_type", Exit::Failed, &[]),
    code("schema_bounds", Exit::Failed, &[]),
    code("schema_delete", Exit::Failed, &[]),
    code("wrong_peer", Exit::Network, &["address"]),
    code("file_too_large", Exit::Rejected, &["file"]),
    code("too_many_columns", Exit::Rejected, &["file", "found"]),
    code("too_many_rows", Exit::Rejected, &["file"]),
    code("not_text", Exit::Rejected, &["file", "looks_like"]),
    code("no_header", Exit::Rejected, &["file", "looked_for"]),
    code("mapping_syntax", Exit::Rejected, &["file"]),
    code("mapping_code", Exit::Rejected, &["table", "code", "near"]),
    code("no_reader_left", Exit::Failed, &["audience"]),
    code("withdraw_which", Exit::Usage, &["ref", "entries"]),
    code("withdraw_nothing", Exit::NotFound, &["ref", "entries"]),
    code("entry_not_found", Exit::NotFound, &["ref", "near"]),
    code("entry_ambiguous", Exit::NotFound, &["ref", "near"]),
    code("entry_not_yours", Exit::Denied, &["ref", "entry"]),
    code("entry_offered", Exit::Failed, &["ref", "entry"]),
    code("entry_built_upon", Exit::Failed, &["ref", "entry", "later"]),
    code("unsettled_conflict", Exit::Conflict, &["ref", "field"]),
    code("changed_meanwhile", Exit::Conflict, &["ref", "field"]),
    // Peers
    code("no_peer", Exit::Network, &["looked", "seconds", "heard", "tried"]),
    code("peer_unknown", Exit::Network, &["peer"]),
    code("peer_unreachable", Exit::Network, &["peer"]),
    code("peer_silent", Exit::Network, &["peer", "seconds"]),
    code("peer_refused", Exit::Network, &["peer", "reason"]),
    code("peer_other_org", Exit::Network, &["peer"]),
    code("sync_cut", Exit::Network, &["peer"]),
    code("bad_address", Exit::Usage, &["address"]),
    code("cannot_listen", Exit::Network, &["address"]),
    // Bundles
    code("bundle_name", Exit::Usage, &["file"]),
    code("file_exists", Exit::Failed, &["file"]),
    code("recipient_not_found", Exit::NotFound, &["name"]),
    code("too_many_recipients", Exit::Failed, &["found"]),
    code("bundle_too_large", Exit::Failed, &[]),
    code("bundle_no_room", Exit::Failed, &["folder", "needed_mb", "free_mb"]),
    code("bundle_not_one", Exit::Rejected, &["file"]),
    code("bundle_version", Exit::Rejected, &["file", "found"]),
    code("bundle_not_for_us", Exit::Rejected, &["file"]),
    code("bundle_cut", Exit::Rejected, &["file", "bytes", "expected", "taken"]),
    code("bundle_damaged", Exit::Rejected, &["file", "taken"]),
    code("bundle_sender", Exit::Rejected, &["file", "reason"]),
    code("bundle_newcomer_unknown", Exit::Rejected, &["file"]),
    code("bundle_newcomer_late", Exit::Rejected, &["file"]),
    code("bundle_other_org", Exit::Rejected, &["file"]),
    code("bundle_no_founding", Exit::Rejected, &["file"]),
    code("no_stick", Exit::NotFound, &[]),
    code("several_sticks", Exit::Usage, &["folders"]),
    code("not_a_folder", Exit::NotFound, &["folder"]),
    // Data in
    code("import_format_unknown", Exit::Usage, &["format"]),
    // Checks
    code("demo_failed", Exit::Failed, &["claim", "why"]),
    code("demo_stopped", Exit::Failed, &["why"]),
    code("demo_interrupted", Exit::Failed, &[]),
    code("verify_found_problems", Exit::Failed, &["problems"]),
];
