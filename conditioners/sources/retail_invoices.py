"""Invoice lines of an online retailer, returns included: daily files, and the workbooks of UCI Online Retail."""

from conditioners.columns import AtMostWhere, Decimal, Moment, Text, Whole
from conditioners.declaration import Source
from conditioners.dialects import Delimited, Workbook

_EXTRACT = {"kind": r"([CA0-9]).*"}
_VALUES = {"kind": {"C": "return", "A": "adjustment", **dict.fromkeys("0123456789", "sale")}}

SOURCE = Source(
    name="retail_invoices",
    title="Invoice lines with returns (UCI Online Retail)",
    files=("retail_invoices/**",),
    members=("**/*.csv", "**/*.xls*"),
    columns=(
        Text("kind", choices=("sale", "return", "adjustment"), labels=("InvoiceNo", "Invoice")),
        Text("invoice", pattern=r"[CA]?[0-9]{6}", labels=("InvoiceNo", "Invoice")),
        Text("stock_code", labels=("StockCode",)),
        Text("description", labels=("Description",), optional=True),
        Whole("quantity", labels=("Quantity",)),
        Moment("invoiced_at", labels=("InvoiceDate",)),
        Decimal("unit_price", 3, labels=("UnitPrice", "Price")),
        Whole("customer", minimum=1, labels=("CustomerID", "Customer ID"), optional=True),
        Text("country", labels=("Country",)),
    ),
    checks=(AtMostWhere("quantity", -1, "kind", "return"),),
    dialects=(
        Delimited(
            name="daily file",
            encodings=("windows-1252",),
            moments=("%Y-%m-%d %H:%M:%S", "%m/%d/%Y %H:%M"),
            extract=_EXTRACT,
            values=_VALUES,
        ),
        Workbook(
            name="workbook",
            moments=("%Y-%m-%d %H:%M:%S", "%Y-%m-%d"),
            extract=_EXTRACT,
            values=_VALUES,
        ),
    ),
)
