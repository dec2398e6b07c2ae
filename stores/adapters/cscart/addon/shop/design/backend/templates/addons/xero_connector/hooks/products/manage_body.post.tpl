{if $xero_connector_shown}
    <td width="10%" data-th="{__("xero_connector.xero")}">
        {include file="addons/xero_connector/components/state.tpl" state=$xero_connector_states[$product.product_id]}
    </td>
{/if}
