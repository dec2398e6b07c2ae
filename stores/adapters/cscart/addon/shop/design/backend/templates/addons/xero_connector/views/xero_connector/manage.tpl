{capture name="mainbox"}
    <form action="{""|fn_url}" method="post" name="xero_connector_form" class="form-horizontal">
        <div class="control-group">
            <label class="control-label">{__("xero_connector.connection")}:</label>
            <div class="controls">
                {if !$xero_connection.is_on}
                    <span class="label label-important">{__("xero_connector.is_off")}</span>
                {elseif !$xero_connection.is_paired}
                    <span class="label">{__("xero_connector.not_paired")}</span>
                {else}
                    <span class="label label-success">{__("xero_connector.is_paired")}</span>
                    <a href="{$xero_connection.app}" target="_blank" rel="noopener noreferrer">{$xero_connection.app}</a>
                    ({$xero_connection.store}, {$xero_connection.paired_at})
                    {if $xero_connection.reached == "1"}
                        <p>{__("xero_connector.reached")}</p>
                    {elseif $xero_connection.error}
                        <p class="text-error">{$xero_connection.error}</p>
                        <p class="muted">{__("xero_connector.not_reached")}</p>
                    {else}
                        <p class="muted">{__("xero_connector.not_reached")}</p>
                    {/if}
                {/if}
            </div>
        </div>
        <div class="control-group">
            <label class="control-label">{__("xero_connector.last_contact")}:</label>
            <div class="controls">
                {if $xero_connection.last_contact}
                    {$xero_connection.last_contact|date_format:"`$settings.Appearance.date_format`, `$settings.Appearance.time_format`"}
                {else}
                    {__("xero_connector.never")}
                {/if}
            </div>
        </div>
        <div class="control-group">
            <label class="control-label" for="xero_connector_code">{__("xero_connector.code")}:</label>
            <div class="controls">
                <textarea id="xero_connector_code" rows="4" class="input-large" readonly="readonly" spellcheck="false">{$xero_connection.code}</textarea>
                <p class="muted">{__("xero_connector.code_hint")}</p>
            </div>
        </div>
        <div class="control-group">
            <label class="control-label" for="xero_connector_cron">{__("xero_connector.cron")}:</label>
            <div class="controls">
                <input id="xero_connector_cron" type="text" class="input-large" readonly="readonly" value="{$xero_connection.cron}" />
                <p class="muted">{__("xero_connector.cron_hint")}</p>
            </div>
        </div>
        <div class="control-group">
            <div class="controls">
                <button type="submit" class="btn btn-primary" name="dispatch[xero_connector.test]">{__("xero_connector.test")}</button>
                <button type="submit" class="btn" name="dispatch[xero_connector.power]">{if $xero_connection.is_on}{__("xero_connector.switch_off")}{else}{__("xero_connector.switch_on")}{/if}</button>
                <button type="submit" class="btn" name="dispatch[xero_connector.unpair]">{__("xero_connector.unpair")}</button>
                <button type="submit" class="btn cm-confirm" name="dispatch[xero_connector.renew]">{__("xero_connector.renew")}</button>
            </div>
        </div>
        <p><a href="{"xero_connector.attention"|fn_url}">{__("xero_connector.attention")}: {$xero_connection.attention}</a></p>
    </form>
{/capture}
{include file="common/mainbox.tpl" title=__("xero_connector") content=$smarty.capture.mainbox}
