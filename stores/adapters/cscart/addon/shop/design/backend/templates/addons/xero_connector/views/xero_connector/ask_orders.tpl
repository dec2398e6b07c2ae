{capture name="mainbox"}
    {if $xero_ids}
        <p>{__("xero_connector.chosen_orders", ["[number]" => $xero_number])}</p>
        {include file="addons/xero_connector/components/wish.tpl" kind="order" ids=$xero_ids return_url="orders.manage"}
    {else}
        <p class="no-items">{__("xero_connector.nothing_chosen")}</p>
    {/if}
{/capture}
{include file="common/mainbox.tpl" title=__("xero_connector.ask") content=$smarty.capture.mainbox}
