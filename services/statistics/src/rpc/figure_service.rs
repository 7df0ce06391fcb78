//! `FigureService`: its methods stand in the rooms of calendars, figures and forms; figures are told beside what returns have
//! published.

use thidua_chassis::caller::Caller;
use thidua_proto::page::{Binding, CodePage};
use thidua_proto::parse::Violations;
use thidua_proto::statistics as proto;
use thidua_proto::statistics::figure_service_server::FigureService;
use tonic::{Request, Response, Status};

use super::figures::compute::ComputedFigures;
use super::figures::explanation;
use super::figures::figure::{measure_to_proto, sources_to_proto};
use super::figures::figure_query::FigureQuery;
use super::returns::approved_values::forms_telling;
use super::service::Statistics;
use crate::error::Error;

#[tonic::async_trait]
impl FigureService for Statistics {
    async fn compute_figures(
        &self,
        request: Request<proto::ComputeFiguresRequest>,
    ) -> Result<Response<proto::ComputeFiguresResponse>, Status> {
        let query = FigureQuery::parse(request.get_ref(), self.clock.today())?;
        let resolved = query.window.find(&self.rules.calendars)?;
        let (window, forms) = (resolved.window, &self.rules.forms);
        let measures = self.measures(&query.measures)?;
        let telling = forms_telling(forms, measures.iter().map(|measure| &*measure.code), &resolved);
        let wanted = (&*query.units, query.structure, query.as_of);
        let (recorded, approved) = self.recorded_and_published(wanted, &resolved, &telling).await?;
        let computed =
            ComputedFigures::new(&self.rules.catalogue, measures, &recorded, window, self.clock.today());
        let published = approved.amounts(&computed, forms);
        Ok(Response::new(proto::ComputeFiguresResponse {
            figures: computed.answer(&published, query.by_unit),
            measures: computed.measures.iter().map(|measure| measure_to_proto(measure)).collect(),
            revision: recorded.revision,
            sources: sources_to_proto(&recorded.shown, query.structure),
        }))
    }

    type ExplainFigureStream = explanation::Explanation;

    async fn explain_figure(
        &self,
        request: Request<proto::ExplainFigureRequest>,
    ) -> Result<Response<Self::ExplainFigureStream>, Status> {
        explanation::explain(self, &Caller::of(&request), request.get_ref()).await
    }

    async fn fill_form(
        &self,
        request: Request<proto::FillFormRequest>,
    ) -> Result<Response<proto::FillFormResponse>, Status> {
        self.fill(request).await
    }

    async fn list_measures(
        &self,
        request: Request<proto::ListMeasuresRequest>,
    ) -> Result<Response<proto::ListMeasuresResponse>, Status> {
        let mut request = request.into_inner();
        let page = CodePage::take(&mut request.page_size, &mut request.page_token);
        let mut v = Violations::default();
        let size = page.size(&mut v);
        let size = v.finish(size).map_err(Error::from)?;
        let measures = self.rules.catalogue.all().map(|measure| (measure.code.clone(), measure));
        let (measures, next_page_token) = page
            .of(measures, size, &Binding::of("ListMeasures", &request))
            .map_err(|bad| Error::Common(bad.into()))?;
        let measures = measures.into_iter().map(measure_to_proto).collect();
        let source_version = self.rules.catalogue.version.clone();
        Ok(Response::new(proto::ListMeasuresResponse { measures, source_version, next_page_token }))
    }

    async fn list_forms(
        &self,
        request: Request<proto::ListFormsRequest>,
    ) -> Result<Response<proto::ListFormsResponse>, Status> {
        self.forms(request)
    }

    async fn list_calendars(
        &self,
        request: Request<proto::ListCalendarsRequest>,
    ) -> Result<Response<proto::ListCalendarsResponse>, Status> {
        self.calendars(request)
    }
}
