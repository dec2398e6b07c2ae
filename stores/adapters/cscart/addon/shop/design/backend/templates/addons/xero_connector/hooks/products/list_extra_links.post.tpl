{if $xero_connector_shown}
    <li>{btn type="list" text=__("xero_connector.ask") href="xero_connector.ask_products?ids=`$product.product_id`"}</li>
{/if}
