//! `RuleService`: rule sets and titles, which are data files.

use thidua_chassis::failure::CommonError;
use thidua_chassis::resources;
use thidua_proto::awards as proto;
use thidua_proto::awards::rule_service_server::RuleService;
use thidua_proto::date;
use thidua_proto::names::RuleSetName;
use thidua_proto::page::{Binding, CodePage};
use thidua_proto::parse::Violations;
use tonic::{Request, Response, Status};

use crate::domain::rules::rule_set::{RuleSet, Title, TitleCode, TitleKind};
use crate::error::Error;
use crate::rpc::service::Awards;

#[tonic::async_trait]
impl RuleService for Awards {
    async fn get_rule_set(
        &self,
        request: Request<proto::GetRuleSetRequest>,
    ) -> Result<Response<proto::RuleSet>, Status> {
        let name = resources::parse_name("name", &request.get_ref().name).map_err(Error::from)?;
        Ok(Response::new(to_proto(self.rule_set(&name)?)))
    }

    async fn list_rule_sets(
        &self,
        request: Request<proto::ListRuleSetsRequest>,
    ) -> Result<Response<proto::ListRuleSetsResponse>, Status> {
        let mut request = request.into_inner();
        let page = CodePage::take(&mut request.page_size, &mut request.page_token);
        let mut v = Violations::default();
        let size = page.size(&mut v);
        let size = v.finish(size).map_err(Error::from)?;
        let rule_sets = self.rules.all().map(|rules| (rules.name.to_string(), rules));
        let (rule_sets, next_page_token) = page
            .of(rule_sets, size, &Binding::of("ListRuleSets", &request))
            .map_err(|bad| Error::from(CommonError::from(bad)))?;
        let rule_sets = rule_sets.into_iter().map(to_proto).collect();
        Ok(Response::new(proto::ListRuleSetsResponse { rule_sets, next_page_token }))
    }

    async fn get_title(
        &self,
        request: Request<proto::GetTitleRequest>,
    ) -> Result<Response<proto::Title>, Status> {
        let request = request.get_ref();
        let mut v = Violations::default();
        let rule_set = v.name("rule_set", &request.rule_set);
        let code = parse_code(&mut v, "title", &request.title);
        let (rule_set, code) = v.finish((|| Some((rule_set?, code?)))()).map_err(Error::from)?;
        Ok(Response::new(title_to_proto(self.rule_set(&rule_set)?.title(&code).map_err(Error::from)?)))
    }

    async fn list_titles(
        &self,
        request: Request<proto::ListTitlesRequest>,
    ) -> Result<Response<proto::ListTitlesResponse>, Status> {
        let mut request = request.into_inner();
        let page = CodePage::take(&mut request.page_size, &mut request.page_token);
        let mut v = Violations::default();
        let (rule_set, size) = (v.name("rule_set", &request.rule_set), page.size(&mut v));
        let (rule_set, size) = v.finish((|| Some((rule_set?, size?)))()).map_err(Error::from)?;
        let titles = self.rule_set(&rule_set)?.titles.iter().map(|title| (title.code.to_string(), title));
        let (titles, next_page_token) = page
            .of(titles, size, &Binding::of("ListTitles", &request))
            .map_err(|bad| Error::from(CommonError::from(bad)))?;
        let titles = titles.into_iter().map(title_to_proto).collect();
        Ok(Response::new(proto::ListTitlesResponse { titles, next_page_token }))
    }
}

impl Awards {
    fn rule_set(&self, name: &RuleSetName) -> Result<&RuleSet, Error> {
        Ok(self.rules.get(name).ok_or_else(|| CommonError::not_found(name))?)
    }
}

/// The code of a title; whether there is one of that code is for the rule set to say.
pub(in crate::rpc) fn parse_code(v: &mut Violations, field: &str, text: &str) -> Option<TitleCode> {
    v.id(field, text).map(TitleCode::from)
}

pub(in crate::rpc) fn to_proto(rules: &RuleSet) -> proto::RuleSet {
    proto::RuleSet {
        name: rules.name.to_string(),
        display_name: rules.display_name.clone(),
        display_name_en: rules.display_name_en.clone(),
        version: rules.version.clone(),
        legal_source: rules.legal_source.clone(),
        first_date: Some(date::to_wire(rules.first_date)),
        last_date: rules.last_date.map(date::to_wire),
        titles: rules.titles.iter().map(title_to_proto).collect(),
    }
}

fn title_to_proto(title: &Title) -> proto::Title {
    let kind = match title.kind {
        TitleKind::EmulationTitle => proto::TitleKind::EmulationTitle,
        TitleKind::Commendation => proto::TitleKind::Commendation,
    };
    proto::Title {
        code: title.code.to_string(),
        display_name: title.display_name.clone(),
        display_name_en: title.display_name_en.clone(),
        kind: kind.into(),
        authority: title.authority.clone(),
        authority_en: title.authority_en.clone(),
        legal_source: title.legal_source.clone(),
    }
}
