{* Where a record stands in Xero, as the connector said last. Every value is escaped by CS-Cart. *}
{if $state}
    <span class="label{if $state.state == "held" || $state.state == "failed"} label-important{elseif $state.state == "in_xero"} label-success{/if}" title="{$state.reason}">{__("xero_connector.state_`$state.state`")}</span>
    {if $state.url}
        <a href="{$state.url}" target="_blank" rel="noopener noreferrer">{$state.number|default:__("xero_connector.open")}</a>
    {elseif $state.number}
        {$state.number}
    {/if}
{else}
    <span class="muted">&mdash;</span>
{/if}
