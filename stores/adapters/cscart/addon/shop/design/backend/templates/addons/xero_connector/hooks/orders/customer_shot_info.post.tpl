{if $xero_connector_shown}
    <div class="control-group">
        <strong>{__("xero_connector.xero")}</strong>
        {$xero_state = $xero_connector_states[$order_info.order_id]}
        <p>{include file="addons/xero_connector/components/state.tpl" state=$xero_state}</p>
        {if $xero_state.reason}<p class="muted">{$xero_state.reason}</p>{/if}
    </div>
{/if}
