{if $xero_connector_shown && $id}
    <li>{btn type="list" text=__("xero_connector.ask") href="xero_connector.ask_products?ids=`$id`"}</li>
{/if}
