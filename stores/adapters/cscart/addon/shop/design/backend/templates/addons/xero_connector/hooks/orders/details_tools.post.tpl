{if $xero_connector_shown}
    <li>{btn type="list" text=__("xero_connector.ask") href="xero_connector.ask_orders?ids=`$order_info.order_id`"}</li>
{/if}
