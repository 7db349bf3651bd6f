//! Which cases are meant by a list.

use crdt_model::taxonomy::KeptAs;
use crdt_model::values::Moment;
use serde::{Deserialize, Serialize};

/// Which cases: all given conditions hold together; several values of one condition are alternatives.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CaseFilter {
    /// Statuses; `restricted` finds those one may not read.
    pub status: Vec<String>,
    /// Categories or sub-categories.
    pub category: Vec<String>,
    /// Handling site, or one below it.
    pub site: Option<String>,
    /// Project.
    pub project: Option<String>,
    /// Partner.
    pub partner: Option<String>,
    /// Channel.
    pub channel: Option<String>,
    /// Language the person speaks.
    pub spoken: Option<String>,
    /// A member's name, a role, or `me`: that member, and each role they hold for cases of the sites on the line of where
    /// they hold it.
    pub assignee: Option<String>,
    /// `s0`…`s3`.
    pub sensitivity: Option<String>,
    /// Received then or later. A day or a month is one of the calendar: a case counts on the day of its own site.
    pub since: Option<Moment>,
    /// Received before a time to the minute, or on a day or in a month, or before.
    pub until: Option<Moment>,
    /// Received longer ago than this: milliseconds.
    pub older_than_ms: Option<i64>,
    /// Past their due time.
    pub overdue: bool,
    /// Past the time of their next step, or of the answer.
    pub late: bool,
    /// Nobody has classified them.
    pub untriaged: bool,
    /// No answer was given.
    pub unanswered: bool,
    /// A referral has not arrived.
    pub not_delivered: bool,
    /// Of one box, desk, event or focus group.
    pub session: Option<String>,
    /// Of one incident: cases of one cause.
    pub incident: Option<String>,
    /// Records that are no cases, in place of these.
    pub kept_as: KeptAs,
    /// Of one of these types.
    pub case_type: Vec<String>,
    /// A field to order by, with `-` before it for descending; absent: newest first.
    pub sort: Option<String>,
    /// At most so many.
    pub limit: Option<u64>,
    /// Only how many: the reply is `{"count": n}`.
    pub count: bool,
    /// How many by each value of these fields: the reply is `[{field: value, …, "count": n}]`.
    pub group_by: Vec<String>,
}
