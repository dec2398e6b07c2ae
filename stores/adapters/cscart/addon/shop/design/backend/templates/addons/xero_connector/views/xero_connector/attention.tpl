{capture name="mainbox"}
    {if $xero_attention}
        <table class="table table-middle">
            <thead>
                <tr>
                    <th>{__("xero_connector.record")}</th>
                    <th>{__("xero_connector.xero")}</th>
                    <th>{__("xero_connector.reason")}</th>
                </tr>
            </thead>
            {foreach from=$xero_attention item="one"}
                <tr>
                    <td>
                        {if $one.kind == "order"}
                            <a href="{"orders.details?order_id=`$one.record_id`"|fn_url}">{__("order")} #{$one.record_id}</a>
                        {elseif $one.kind == "product"}
                            <a href="{"products.update?product_id=`$one.record_id`"|fn_url}">{__("product")} #{$one.record_id}</a>
                        {else}
                            <a href="{"profiles.update?user_id=`$one.record_id`"|fn_url}">{__("customer")} #{$one.record_id}</a>
                        {/if}
                    </td>
                    <td>{include file="addons/xero_connector/components/state.tpl" state=$one}</td>
                    <td>{$one.reason}</td>
                </tr>
            {/foreach}
        </table>
        {if $xero_page > 1}
            {$xero_before = $xero_page - 1}
            <a class="btn" href="{"xero_connector.attention?page=`$xero_before`"|fn_url}">{__("xero_connector.newer")}</a>
        {/if}
        {if $xero_page < $xero_pages}
            {$xero_after = $xero_page + 1}
            <a class="btn" href="{"xero_connector.attention?page=`$xero_after`"|fn_url}">{__("xero_connector.older")}</a>
        {/if}
    {else}
        <p class="no-items">{__("xero_connector.no_attention")}</p>
    {/if}
{/capture}
{include file="common/mainbox.tpl" title=__("xero_connector.attention") content=$smarty.capture.mainbox}
