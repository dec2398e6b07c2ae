{if $xero_connector_shown}
    <li>{btn type="list" text=__("xero_connector.ask") dispatch="dispatch[xero_connector.m_orders]" form="orders_list_form"}</li>
{/if}
