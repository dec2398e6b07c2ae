{if $xero_connector_shown}
    <th width="10%">{__("xero_connector.xero")}</th>
{/if}
