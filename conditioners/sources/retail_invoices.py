"""Invoice lines of an online retailer, returns included, as daily files (UCI Online Retail)."""

from conditioners.columns import AtMostWhere, Decimal, Moment, Text, Whole
from conditioners.declaration import Source
from conditioners.dialects import Delimited

SOURCE = Source(
    name="retail_invoices",
    title="Invoice lines with returns (UCI Online Retail)",
    files=("retail_invoices/**",),
    members=("**/*.csv", "*.csv"),
    columns=(
        Text("kind", choices=("sale", "return", "adjustment"), labels=("InvoiceNo",)),
        Text("invoice", pattern=r"[CA]?[0-9]{6}", labels=("InvoiceNo",)),
        Text("stock_code", labels=("StockCode",)),
        Text("description", labels=("Description",), optional=True),
        Whole("quantity", labels=("Quantity",)),
        Moment("invoiced_at", labels=("InvoiceDate",)),
        Decimal("unit_price", 3, labels=("UnitPrice",)),
        Whole("customer", minimum=1, labels=("CustomerID",), optional=True),
        Text("country", labels=("Country",)),
    ),
    checks=(AtMostWhere("quantity", -1, "kind", "return"),),
    dialects=(
        Delimited(
            name="daily file",
            moments=("%Y-%m-%d %H:%M:%S", "%m/%d/%Y %H:%M"),
            extract={"kind": r"([CA0-9]).*"},
            values={"kind": {"C": "return", "A": "adjustment", **dict.fromkeys("0123456789", "sale")}},
        ),
    ),
)
