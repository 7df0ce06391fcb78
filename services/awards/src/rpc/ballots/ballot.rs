//! `BallotService`: the votes of a bloc.

use std::sync::Arc;

use thidua_chassis::body;
use thidua_chassis::caller::Caller;
use thidua_chassis::list::ListQuery;
use thidua_chassis::resources;
use thidua_chassis::store::{Change, Decision, Index, State};
use thidua_chassis::write_options::{WriteOptions, id_or_new};
use thidua_proto::awards as proto;
use thidua_proto::awards::ballot_service_server::BallotService;
use thidua_proto::date;
use thidua_proto::names::{BallotName, NominationName, YearName};
use thidua_proto::page::Binding;
use thidua_proto::parse::{Problem, Violations};
use tonic::{Request, Response, Status};

use crate::domain::ballots::ballot::{Ballot, ShowOfHands};
use crate::domain::rules::vote_rule::Count;
use crate::error::Error;
use crate::rpc::nominations::nomination;
use crate::rpc::service::Awards;
use crate::rpc::years::year;

#[tonic::async_trait]
impl BallotService for Awards {
    async fn get_ballot(
        &self,
        request: Request<proto::GetBallotRequest>,
    ) -> Result<Response<proto::Ballot>, Status> {
        Ok(self.show::<BallotName, _>(&request.get_ref().name).await?)
    }

    async fn list_ballots(
        &self,
        request: Request<proto::ListBallotsRequest>,
    ) -> Result<Response<proto::ListBallotsResponse>, Status> {
        Ok(list(self, request.into_inner()).await?)
    }

    async fn record_show_of_hands(
        &self,
        request: Request<proto::RecordShowOfHandsRequest>,
    ) -> Result<Response<proto::Ballot>, Status> {
        Ok(record(self, request).await?)
    }
}

async fn list(
    service: &Awards,
    mut request: proto::ListBallotsRequest,
) -> Result<Response<proto::ListBallotsResponse>, Error> {
    let list = ListQuery::take(&mut request.page_size, &mut request.page_token);
    let mut v = Violations::default();
    let parent = v.name("parent", &request.parent);
    let size = list.size(&mut v);
    let (parent, size): (YearName, _) = v.finish((|| Some((parent?, size?)))())?;
    let binding = Binding::of("ListBallots", &request);
    resources::require(&service.store, &parent).await?;
    let (ballots, next_page_token) =
        list.page(&service.store, &collection(&parent), (size, binding), |_| true).await?;
    Ok(Response::new(proto::ListBallotsResponse { ballots, next_page_token }))
}

async fn record(
    service: &Awards,
    request: Request<proto::RecordShowOfHandsRequest>,
) -> Result<Response<proto::Ballot>, Error> {
    const METHOD: &str = "thidua.awards.v1.BallotService/RecordShowOfHands";
    let caller = Caller::of(&request);
    let request = request.into_inner();
    let mut v = Violations::default();
    let parent: Option<YearName> = v.name("parent", &request.parent);
    let id = id_or_new(&mut v, "ballot_id", &request.ballot_id);
    let hands =
        resources::required(&mut v, "ballot", request.ballot.as_ref(), |m, v| parse(m, parent.as_ref(), v));
    let terms = (request.request_id.as_str(), request.validate_only);
    let terms = WriteOptions::parse(&mut v, METHOD, &caller, &request, terms);
    let (year, id, hands, terms) = v.finish((|| Some((parent?, id?, hands?, terms?)))())?;
    year::require_runner_of_some(&caller, &year)?;

    let name = BallotName { year, id };
    let mut needs = year::needs(&name.year);
    needs.names.extend([name.to_string().into(), hands.nomination.to_string().into()]);
    let rules = Arc::clone(&service.rules);
    let decide = move |state: &State, _: &_| {
        let year = year::run_by(&caller, state, &name.year)?;
        resources::require_free(state, &name)?;
        let nomination = nomination::of(state, &hands.nomination)?;
        let ballot = hands.clone().result(&year, year.rules(&rules)?.vote)?;
        let voted = nomination.vote(&hands.nomination, ballot.passed)?;
        // In one entry: a vote without its effect, or the effect without the vote, never stands in the journal.
        let changes = vec![put(&name, &ballot), nomination::put(state, &hands.nomination, &voted)?];
        Ok(Decision { changes, outcome: None })
    };
    let committed = terms.submit::<Error>(&service.store, needs, decide).await?;
    Ok(resources::answer::<BallotName, _>(&committed)?)
}

/// Where a year's ballots are listed.
pub(in crate::rpc) fn collection(year: &YearName) -> String {
    format!("{year}/ballots")
}

fn put(name: &BallotName, ballot: &Ballot) -> Change {
    let refers_to = Some(ballot.hands.nomination.to_string().into());
    let index = Index { collection: collection(&name.year).into(), sort_number: 0, refers_to };
    Change::put(&name.to_string(), index, encode(ballot))
}

fn parse(m: &proto::Ballot, year: Option<&YearName>, v: &mut Violations) -> Option<ShowOfHands> {
    let nomination: Option<NominationName> = v.name("nomination", &m.nomination);
    if let (Some(nomination), Some(year)) = (&nomination, year)
        && nomination.year != *year
    {
        let expected = (format!("a nomination of {year}"), format!("một đề nghị của {year}"));
        v.refuse("nomination", Problem::malformed((&expected.0, &expected.1), &m.nomination));
    }
    let vote_date = v.required_day("vote_date", m.vote_date);
    let present = count(v, "present_count", m.present_count, 1);
    let votes_for = count(v, "for_count", m.for_count, 0);
    let votes_against = count(v, "against_count", m.against_count, 0);
    Some(ShowOfHands {
        nomination: nomination?,
        vote_date: vote_date?,
        present: present?,
        votes_for: votes_for?,
        votes_against: votes_against?,
    })
}

/// A count that no bloc can exceed; whether it fits this one is for the rule to say.
fn count(v: &mut Violations, field: &str, number: i64, least: i64) -> Option<Count> {
    v.number(field, number, least..=Count::MOST).and_then(|number| Count::try_from(number).ok())
}

fn encode(ballot: &Ballot) -> String {
    body::encode(proto::Ballot {
        nomination: ballot.hands.nomination.to_string(),
        vote_date: Some(date::to_wire(ballot.hands.vote_date)),
        method: proto::BallotMethod::ShowOfHands.into(),
        entitled_count: ballot.entitled.number(),
        present_count: ballot.hands.present.number(),
        for_count: ballot.hands.votes_for.number(),
        against_count: ballot.hands.votes_against.number(),
        abstention_count: ballot.abstentions.number(),
        passed: ballot.passed,
        threshold: ballot.threshold.clone(),
        ..proto::Ballot::default()
    })
}
