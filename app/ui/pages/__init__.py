"""The pages, one module each, and the table the frame is driven by."""

from app.ui.navigation import PageEntry

#: In the order of the rail; Ctrl+1…9 follow it.
PAGES: tuple[PageEntry, ...] = (
    PageEntry("home", "Accueil", "home", "app.ui.pages.home:HomePage"),
    PageEntry("plan", "Plan d’actions", "list-details", "app.ui.pages.plan:PlanPage", ("action", "objective", "step")),
    PageEntry(
        "partners", "Partenaires", "building-community", "app.ui.pages.partners:PartnersPage",
        ("organisation", "contact"),
    ),
    PageEntry(
        "indicators", "Indicateurs", "chart-bar", "app.ui.pages.indicators:IndicatorsPage",
        ("indicator", "measurement", "target"),
    ),
    PageEntry("exchanges", "Échanges", "arrows-exchange", "app.ui.pages.exchanges:ExchangesPage"),
    PageEntry("reports", "Rapports", "file-text", "app.ui.pages.reports:ReportsPage"),
)  # fmt: skip

#: What fills the record panel, by entity.
RECORDS: dict[str, str] = {
    "action": "app.ui.pages.action_record:ActionRecord",
    "organisation": "app.ui.pages.organisation_record:OrganisationRecord",
    "contact": "app.ui.pages.contact_record:ContactRecord",
    "indicator": "app.ui.pages.indicator_record:IndicatorRecord",
    "measurement": "app.ui.pages.indicator_record:MeasurementRecord",
    "target": "app.ui.pages.indicator_record:TargetRecord",
}
