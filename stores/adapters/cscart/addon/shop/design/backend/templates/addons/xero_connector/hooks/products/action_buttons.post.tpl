{if $xero_connector_shown}
    <li>{btn type="list" text=__("xero_connector.ask") dispatch="dispatch[xero_connector.m_products]" form="manage_products_form"}</li>
{/if}
